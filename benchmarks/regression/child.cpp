#include "benchmarks/regression/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/json_text.hpp"

namespace tandem::regression {
namespace {

/// Short, so that an interrupt that came just before a wait is seen soon.
constexpr int look_up_milliseconds = 200;

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& additions) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!additions.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [name, value] : additions) result.push_back(fmt::format("{}={}", name, value));
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

/// What is between fork and exec; only calls that are safe there.
[[noreturn]] void become(int requests, int answers, char* const* command, char* const* environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (dup2(requests, STDIN_FILENO) >= 0 && dup2(answers, STDOUT_FILENO) >= 0 && dup2(nowhere, STDERR_FILENO) >= 0) {
    execvpe(command[0], command, environment);
  }
  _exit(127);
}

}  // namespace

Child::Child(std::string name, const std::vector<std::string>& command,
             const std::map<std::string, std::string>& environment)
    : name_(std::move(name)) {
  signal(SIGPIPE, SIG_IGN);  // a child that is gone is told by write's own error
  std::vector<std::string> words = command;
  std::vector<std::string> variables = merged_environment(environment);
  const std::vector<char*> word_pointers = pointers(words);
  const std::vector<char*> variable_pointers = pointers(variables);
  std::array<int, 2> down{};
  std::array<int, 2> up{};
  if (pipe2(down.data(), O_CLOEXEC) != 0) throw ChildFailure("no pipe for " + name_ + ": " + std::strerror(errno));
  if (pipe2(up.data(), O_CLOEXEC) != 0) {
    const std::string why = std::strerror(errno);
    close(down[0]);
    close(down[1]);
    throw ChildFailure("no pipe for " + name_ + ": " + why);
  }
  id_ = fork();
  if (id_ == 0) become(down[0], up[1], word_pointers.data(), variable_pointers.data());
  close(down[0]);
  close(up[1]);
  requests_ = down[1];
  answers_ = up[0];
  if (id_ < 0) {
    const std::string why = std::strerror(errno);
    close(requests_);
    close(answers_);
    throw ChildFailure(name_ + " could not be started: " + why);
  }
}

Child::~Child() {
  close(requests_);
  close(answers_);
  if (id_ > 0) {
    kill(id_, SIGKILL);
    while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

void Child::fail_with_end() {
  int status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(id_, &status, 0)) < 0 && errno == EINTR) {
  }
  id_ = -1;
  if (ended > 0 && WIFSIGNALED(status)) {
    throw ChildFailure(
        fmt::format("{} was killed by signal {} ({})", name_, WTERMSIG(status), strsignal(WTERMSIG(status))));
  }
  if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127) throw ChildFailure(name_ + " could not be started");
  throw ChildFailure(fmt::format("{} ended with status {}", name_, WIFEXITED(status) ? WEXITSTATUS(status) : -1));
}

nlohmann::json Child::listen(std::chrono::seconds patience) {
  const auto start = std::chrono::steady_clock::now();
  std::size_t end = 0;
  while ((end = unread_.find('\n')) == std::string::npos) {
    if (suite::interrupted()) throw Interrupted();
    if (std::chrono::steady_clock::now() - start > patience) {
      throw ChildFailure(fmt::format("{} did not answer within {} s", name_, patience.count()));
    }
    pollfd waiting{.fd = answers_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, look_up_milliseconds) <= 0) continue;
    std::array<char, 65536> buffer{};
    const ssize_t count = read(answers_, buffer.data(), buffer.size());
    if (count == 0) fail_with_end();
    if (count > 0) unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  const std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  auto answer = suite::parse_json<nlohmann::json>(line);
  if (!answer.is_object()) throw ChildFailure(name_ + " said what is no answer: " + line.substr(0, 80));
  return answer;
}

nlohmann::json Child::ask(const nlohmann::json& request, std::chrono::seconds patience) {
  const std::string line = suite::json_text(request) + "\n";
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t count = write(requests_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_with_end();
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  nlohmann::json answer = listen(patience);
  if (answer.contains("error")) throw Refusal(name_ + ": " + suite::json_text(answer["error"]));
  return answer;
}

}  // namespace tandem::regression
