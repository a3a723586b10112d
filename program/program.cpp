#include "program/program.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "benchmarks/suite/simd_target.hpp"

namespace tandem::program {
namespace {

void complain(const std::string& sentence) { fmt::print(stderr, "tandem: {}\n", sentence); }

/// Google Benchmark's flags are not ours to parse: they are set aside before the command line is read.
std::vector<std::string> set_aside_google_benchmark_flags(int argc, char** argv, std::vector<char*>& ours) {
  std::vector<std::string> flags;
  for (int i = 0; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with("--benchmark_")) {
      flags.emplace_back(argv[i]);
    } else {
      ours.push_back(argv[i]);
    }
  }
  return flags;
}

/// A pipe that nobody reads any more is no error: who has seen enough (head) closes it.
bool nobody_reads() {
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

/// What is still in the buffer must arrive, too. Every verb writes to standard output, and none looks after it.
bool output_arrives() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  if (nobody_reads()) return true;
  // What failed before has left no reason behind: one more byte fails for the same.
  if (errno == 0 && write(STDOUT_FILENO, "\n", 1) == 1) errno = EIO;
  complain(std::string("cannot write to the standard output: ") + std::strerror(errno));
  return false;
}

int parse_and_run(CLI::App& app, std::vector<char*>& arguments, const int& status) {
  try {
    app.parse(static_cast<int>(arguments.size()), arguments.data());
    return status;
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::RequiredError& error) {
    const auto unknown =
        std::find_if(arguments.begin() + 1, arguments.end(), [](const char* word) { return *word != '-'; });
    complain(unknown != arguments.end() && app.get_subcommands().empty()
                 ? fmt::format("there is no verb '{}' (tandem --help lists them)", *unknown)
                 : std::string(error.what()) + " (tandem --help tells more)");
  } catch (const CLI::ParseError& error) {
    complain(std::string(error.what()) + " (tandem --help tells more)");
  } catch (const std::invalid_argument& error) {
    complain(error.what());
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) != 0) return status;  // output_arrives says so
    complain(error.what());
    return Exit::check_failed;
  } catch (const std::exception& error) {
    complain(error.what());
    return Exit::check_failed;
  }
  return Exit::bad_usage;
}

}  // namespace

void SelectionFlags::add_to(CLI::App& verb, const std::string& filter_help) {
  verb.add_option("FILTER", filter, filter_help);
  auto* quick_flag = verb.add_flag("--quick", quick, "The workloads that take seconds (default)");
  verb.add_flag("--full", full, "Also those that take minutes")->excludes(quick_flag);
  verb.add_flag("--hidden", hidden, "Also the skeleton method of CONTRIBUTING.md");
  verb.add_option("--seed", seed, "Seed of the random inputs")->capture_default_str();
}

int run_program(int argc, char** argv) {
  std::vector<char*> arguments;
  std::vector<std::string> google_benchmark_flags = set_aside_google_benchmark_flags(argc, argv, arguments);

  CLI::App app{
      "Tandem: slow references and fast implementations, timed only after they agree.\n"
      "Example: tandem run"};
  app.name("tandem");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", TANDEM_VERSION);
  std::string simd;
  std::optional<suite::PinnedSimdTarget> pinned;
  app.add_option(
         "--simd", simd,
         "Use only this SIMD target: avx3, avx2, sse4, ..., or scalar, the least that every processor has (default: "
         "the best)")
      ->each([&pinned](const std::string& name) { pinned.emplace(suite::simd_target_named(name).id); });

  int status = Exit::all_well;
  const Context context{app, status, google_benchmark_flags};
  add_run(context);
  add_list(context);
  add_check(context);
  add_bench(context);
  add_solve(context);
  add_train(context);
  add_reproduce(context);
  add_report(context);
  add_machine(context);
  add_gate(context);
  add_race_worker(context);
  add_compare(context);
  add_history(context);

  app.parse_complete_callback([&] {
    if (!google_benchmark_flags.empty() && !app.got_subcommand("bench")) {
      throw std::invalid_argument(google_benchmark_flags.front() + " is a flag of tandem bench");
    }
  });
  const int ended = parse_and_run(app, arguments, status);
  return output_arrives() || ended != Exit::all_well ? ended : Exit::check_failed;
}

}  // namespace tandem::program
