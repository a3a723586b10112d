#include "program/train.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "impl/support/files.hpp"
#include "program/program.hpp"

namespace tandem::program {
namespace {

std::vector<Learner>& learners() {
  static std::vector<Learner> all;
  return all;
}

}  // namespace

RegisteredLearner::RegisteredLearner(Learner learner) {
  auto& all = learners();
  all.insert(std::ranges::lower_bound(all, learner.method, {}, &Learner::method), std::move(learner));
}

std::string text_of(const std::filesystem::path& path) {
  std::string text = content_of(path);
  if (text.empty()) throw std::invalid_argument("'" + path.string() + "' is empty: there is no text to learn from");
  return text;
}

void add_train(Context context) {
  CLI::App* verb = context.app.add_subcommand(
      "train", "Learn from your own data\nExample: tandem train language_model --text FILE --out DIR");
  verb->require_subcommand(1);
  for (const Learner& learner : learners()) {
    CLI::App* method = verb->add_subcommand(learner.method, learner.summary + "\nExample: " + learner.example);
    method->callback([learn = learner.configure(*method), &status = context.status] { status = learn(); });
  }
}

}  // namespace tandem::program
