// Tandem's side of compare_onnxruntime.sh: answers each line of its input by a line of its output.
//
// make NAME HEADS LENGTH WIDTH CAUSAL WINDOW: a seeded problem; writes NAME.onnx, and NAME.q, .k, .v and .o (the
// output)
//   as bare floats, into the folder that is the program's argument. Answers "made".
// time NAME THREADS: the microseconds of one run.
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "impl/attention/attention.hpp"
#include "impl/attention/peers/onnx_model.hpp"
#include "problems/attention/problems.hpp"

namespace {

using namespace tandem::attention;

void write(const std::filesystem::path& file, const char* bytes, std::size_t count) {
  std::ofstream stream(file, std::ios::binary);
  stream.write(bytes, static_cast<std::streamsize>(count));
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + file.string());
}

void write(const std::filesystem::path& file, const std::vector<float>& numbers) {
  write(file, reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
}

struct Case {
  Problem problem;
  Answer answer;
};

Case make(const std::filesystem::path& folder, const std::string& name, std::istream& sizes) {
  std::size_t heads = 0;
  std::size_t length = 0;
  std::size_t width = 0;
  Mask mask;
  sizes >> heads >> length >> width >> mask.causal >> mask.window;
  Problem problem = random_problem({heads, heads, length, length, width}, 1);
  problem.mask = mask;
  Answer answer = room_for(problem);
  simd(problem, answer, {});
  const std::string model = onnx_model(problem);
  write(folder / (name + ".onnx"), model.data(), model.size());
  write(folder / (name + ".q"), problem.queries);
  write(folder / (name + ".k"), problem.keys);
  write(folder / (name + ".v"), problem.values);
  write(folder / (name + ".o"), answer.output);
  return {std::move(problem), std::move(answer)};
}

double microseconds(Case& one, int threads) {
  const auto begin = std::chrono::steady_clock::now();
  simd(one.problem, one.answer, {.threads = threads, .scheduler = tandem::Scheduler::openmp});
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) return 2;
  std::map<std::string, Case> cases;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string what;
    std::string name;
    words >> what >> name;
    if (what == "make") {
      cases.insert_or_assign(name, make(arguments[1], name, words));
      std::cout << "made" << std::endl;
    } else {
      int threads = 1;
      words >> threads;
      std::cout << microseconds(cases.at(name), threads) << std::endl;
    }
  }
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "%s\n", failure.what());
  return 2;
}
