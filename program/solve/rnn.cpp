// tandem solve rnn: Chinese words and their tags, by LAC's recurrent network.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/support/files.hpp"
#include "problems/rnn/lac.hpp"
#include "program/program.hpp"

namespace tandem::program {
namespace {

namespace lac = rnn::lac;

struct RnnOptions {
  std::string folder;
  std::string text;
  std::string variant = "directions_simd_omp";
  bool json = false;
};

std::string read_text(const std::string& name) {
  std::string bytes =
      name == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : content_of(std::filesystem::path(name));
  if (bytes.empty()) throw std::invalid_argument(name == "-" ? "the text is empty" : "'" + name + "' is empty");
  return bytes;
}

/// The lines without their white space at both ends.
std::vector<std::u32string> lines_of(const std::string& bytes) {
  // A state takes about 6 kB on the way.
  constexpr std::size_t longest = 1'000'000;
  std::vector<std::u32string> lines;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    const std::string number = "line " + std::to_string(lines.size() + 1);
    try {
      const std::u32string line = lac::decode_utf8(std::string_view(bytes).substr(begin, end - begin));
      lines.emplace_back(lac::stripped(line));
    } catch (const std::invalid_argument& failure) {
      throw std::invalid_argument(number + ": " + failure.what());
    }
    if (lines.back().size() > longest) {
      throw std::invalid_argument(
          fmt::format("{} has {} characters, more than {}", number, lines.back().size(), longest));
    }
    begin = end + 1;
  }
  return lines;
}

std::string to_output(const std::vector<lac::Word>& words, std::size_t line, bool json) {
  if (json) {
    nlohmann::ordered_json object = {
        {"line", line}, {"words", nlohmann::json::array()}, {"tags", nlohmann::json::array()}};
    for (const lac::Word& word : words) {
      object["words"].push_back(word.text);
      object["tags"].push_back(word.tag);
    }
    return suite::json_text(object) + "\n";
  }
  std::string text;
  for (const lac::Word& word : words) text += (text.empty() ? "" : " ") + word.text + "/" + word.tag;
  return text + "\n";
}

void solve_rnn(const RnnOptions& options) {
  const auto& variant = suite::typed_variant<lac::Problem, lac::Answer>("rnn_lac", options.variant);
  const lac::Model model =
      lac::load(options.folder.empty() ? lac::shipped_folder() : std::filesystem::path(options.folder));
  const std::vector<std::u32string> lines = lines_of(read_text(options.text));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const lac::Problem problem{.network = model.network, .characters = model.ids(lines[i])};
    lac::Answer answer;
    lac::shape(problem, answer);
    variant.run(problem, answer, suite::all_cores());
    const std::string output = to_output(lac::words(model, lines[i], answer.tags), i + 1, options.json);
    // A reader that has seen enough (head) closes the pipe; that is no error.
    if (std::fwrite(output.data(), 1, output.size(), stdout) != output.size()) return;
  }
}

const RegisteredSolver rnn_solver{{
    .method = "rnn",
    .summary = "Chinese words with their tags, by LAC's recurrent network; every line is one sequence",
    .example = "tandem solve rnn --text letter.txt --json",
    .configure =
        [](CLI::App& verb) {
          auto options = std::make_shared<RnnOptions>();
          verb.add_option("--text", options->text, "A text in UTF-8, or - for the standard input")
              ->required()
              ->type_name("FILE");
          verb.add_option("--lac", options->folder,
                          "The folder jieba/lac_small of Debian's python3-jieba (default: where ci/bench unpacks it)")
              ->type_name("DIR");
          verb.add_option("--variant", options->variant, "The implementation; all give the same tags")
              ->capture_default_str();
          verb.add_flag("--json", options->json, "Print one JSON object per line");
          return [options] { solve_rnn(*options); };
        },
}};

}  // namespace
}  // namespace tandem::program
