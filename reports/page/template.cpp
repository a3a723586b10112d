#include "reports/page/template.hpp"

#include <algorithm>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace tandem::reports {
namespace {

using kainjow::mustache::data;

struct File {
  std::string_view name;
  std::string_view text;
};
constexpr File files[] = {
#include "tandem_templates.inc"
};

data data_of(const Json& view) {
  if (view.is_object()) {
    data object(data::type::object);
    for (const auto& [name, value] : view.items()) object.set(name, data_of(value));
    return object;
  }
  if (view.is_array()) {
    data list(data::type::list);
    for (const Json& value : view) list.push_back(data_of(value));
    return list;
  }
  if (view.is_string() && view.get_ref<const std::string&>().empty()) return data(false);  // a section of it is skipped
  if (view.is_string()) return data(view.get_ref<const std::string&>());
  if (view.is_boolean()) return data(view.get<bool>());
  if (view.is_null()) return data(false);
  throw std::logic_error("a view holds a number: write it out");
}

}  // namespace

std::string_view template_text(std::string_view name) {
  const auto* const found = std::ranges::find(files, name, &File::name);
  if (found == std::end(files)) throw std::logic_error("there is no template " + std::string(name));
  return found->text;
}

std::string render(const std::string& name, const Json& view) {
  static std::map<std::string, kainjow::mustache::mustache> templates;
  auto found = templates.find(name);
  if (found == templates.end()) {
    kainjow::mustache::mustache parsed{std::string(template_text(name))};
    if (!parsed.is_valid()) throw std::logic_error("the template " + name + ": " + parsed.error_message());
    found = templates.emplace(name, std::move(parsed)).first;
  }
  std::ostringstream text;
  found->second.render(data_of(view), text);
  return text.str();
}

}  // namespace tandem::reports
