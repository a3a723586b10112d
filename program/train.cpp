#include "program/train.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

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

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file || content.empty()) throw std::invalid_argument("cannot read a text from " + path.string());
  return content;
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
