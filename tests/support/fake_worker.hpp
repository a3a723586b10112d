// Stand-ins for builds: small scripts that speak the race protocol, with times and faults as a test wants them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace tandem::test {

struct FakeBuild {
  std::string greeting = R"({"tandem_race_worker":1,"counts":true})";
  std::string rows = row("first") + "," + row("second");
  std::string nanoseconds = "1000 1000";  ///< per run, of each prepared row
  std::string before_epoch;               ///< shell code; `epochs` counts them, `seconds` may be changed

  static std::string row(const std::string& variant, const std::string& code = "") {
    return R"({"method":"fake","variant":")" + variant + R"(","workload":"w","threads":1,"threaded":false,"code":")" +
           code + R"("})";
  }
};

/// Writes the script and returns its path.
inline std::string write_fake(const std::filesystem::path& path, const FakeBuild& build) {
  std::ofstream(path) << "#!/bin/bash\necho '" << build.greeting << "'\nnanoseconds=(" << build.nanoseconds << ")\n"
                      << R"(epochs=0
while read -r line; do
  case $line in
    *'"do":"list"'*) echo '{"rows":[)"
                      << build.rows << R"(]}' ;;
    *'"do":"prepare"'*)
      rest=${line//\"variant\"/}
      ready='{"ready":true,"why":""}'
      answer=$ready
      for ((i = 1; i < (${#line} - ${#rest}) / 9; i++)); do answer+=,$ready; done
      echo "{\"rows\":[$answer]}" ;;
    *'"do":"epoch"'*)
      epochs=$((epochs + 1))
      [[ $line =~ \"row\":([0-9]+) ]] && row=${BASH_REMATCH[1]}
      [[ $line =~ \"runs\":([0-9]+) ]] && runs=${BASH_REMATCH[1]}
      printf -v seconds '0.%09d' $((runs * (nanoseconds[row] + RANDOM % 5)))
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
