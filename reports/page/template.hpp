// The page's text outside of figures and words: the files of reports/page/templates/, compiled in.
#pragma once

#include <string>
#include <string_view>

#include "reports/page/json.hpp"

namespace tandem::reports {

/// The file of reports/page/templates/ of that name. Throws std::logic_error if there is none.
std::string_view template_text(std::string_view name);

/// Fills in the Mustache template of that name. Numbers are written by whoever makes the view: it holds strings,
/// booleans, lists and objects. A string is escaped where the template says {{name}} and taken as HTML where it says
/// {{{name}}}.
std::string render(const std::string& name, const Json& view);

}  // namespace tandem::reports
