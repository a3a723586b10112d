// Stand-ins for builds: small scripts that speak the race protocol, with times and faults as a test wants them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace tandem::test {

struct FakeBuild {
  /// Empty: it ends with status 2, as a program from before the gate.
  std::string greeting = R"({"tandem_race_worker":1,"counts":true})";
  std::string rows = row("first") + "," + row("second");
  std::string first = "1000";  ///< nanoseconds per run of a row of that name
  std::string second = "1000";
  std::string before_epoch{};  ///< shell code; `epochs` counts them, `name` is the row, `seconds` may be changed

  static std::string row(const std::string& variant, const std::string& code = "") {
    return R"({"method":"fake","variant":")" + variant + R"(","workload":"w","threads":1,"threaded":false,"code":")" +
           code + R"("})";
  }
};

/// Writes the script and returns its path.
inline std::string write_fake(const std::filesystem::path& path, const FakeBuild& build) {
  std::ofstream(path) << "#!/bin/bash\n"
                      << (build.greeting.empty() ? "exit 2" : "echo '" + build.greeting + "'")
                      << "\ndeclare -A nanoseconds=([first]=" << build.first << " [second]=" << build.second << ")\n"
                      << R"(epochs=0
while read -r line; do
  case $line in
    *'"do":"list"'*) echo '{"rows":[)"
                      << build.rows << R"(]}' ;;
    *'"do":"prepare"'*)
      names=() answer=
      while [[ $line =~ \"variant\":\"([a-z]+)\" ]]; do
        names+=("${BASH_REMATCH[1]}")
        answer+="${answer:+,}{\"ready\":true,\"why\":\"\"}"
        line=${line#*"${BASH_REMATCH[0]}"}
      done
      echo "{\"rows\":[$answer]}" ;;
    *'"do":"epoch"'*)
      epochs=$((epochs + 1))
      [[ $line =~ \"row\":([0-9]+) ]] && name=${names[BASH_REMATCH[1]]}
      [[ $line =~ \"runs\":([0-9]+) ]] && runs=${BASH_REMATCH[1]}
      printf -v seconds '0.%09d' $((runs * (${nanoseconds[$name]:-1000} + RANDOM % 5)))
      )" << build.before_epoch
                      << R"(
      echo "{\"seconds\":$seconds}" ;;
    *'"do":"finish"'*) echo '{"finished":true}'; exit ;;
    *) echo '{"error":"what?"}' ;;
  esac
done
)";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path.string();
}

}  // namespace tandem::test
