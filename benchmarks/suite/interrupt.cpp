#include "benchmarks/suite/interrupt.hpp"

#include <csignal>

namespace tandem::suite {
namespace {

volatile std::sig_atomic_t signalled = 0;

extern "C" void remember_signal(int signal) {
  signalled = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void watch_for_interrupt() {
  std::signal(SIGINT, remember_signal);
  std::signal(SIGTERM, remember_signal);
}

bool interrupted() { return signalled != 0; }

}  // namespace tandem::suite
