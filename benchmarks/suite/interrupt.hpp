// Ctrl-C as a request: the work in hand stops at the next safe point and what is done is kept.
#pragma once

namespace tandem::suite {

/// From now on the first SIGINT or SIGTERM only sets a flag; a second one ends the program as usual.
void watch_for_interrupt();

/// Whether such a signal has come.
bool interrupted();

}  // namespace tandem::suite
