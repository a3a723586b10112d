#include "impl/unigram/automaton/automaton.hpp"

#include <algorithm>

#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {

Tables::Tables(std::shared_ptr<const Vocabulary> vocabulary)
    : vocabulary_(std::move(vocabulary)), automaton_(std::make_shared<const Automaton>(*vocabulary_)) {}

std::size_t Tables::bytes() const { return automaton_->bytes(); }

std::size_t Automaton::bytes() const {
  return sizeof(Unit) * (units_.size() + pairs_.size()) +
         (sizeof(std::int64_t) + 1 + sizeof(std::uint32_t)) * keys_.size() +
         (sizeof(std::uint32_t) + 1) * tokens_.size();
}

// A step waits for the load of its unit; six walks side by side wait together. Each begins `longest` bytes before its
// part, with an empty state: no state is longer than that, so it has the right one when its part begins.
void Automaton::match(std::string_view block, std::uint32_t* lists) const {
  constexpr std::size_t lanes = 6;
  const auto* bytes = reinterpret_cast<const unsigned char*>(block.data());
  const Unit* units = units_.data();
  const Unit* pairs = pairs_.data();
  struct Lane {
    std::size_t base = 0;
    std::size_t pair_base = 0;  // of the last two bytes
    std::size_t previous = 256;
    std::uint32_t list = 0;
  };
  // Conditional moves and no branch: whether a transition is stored is as good as random.
  const auto step = [=](Lane& lane, std::size_t byte) {
    const auto prefer = [byte](Unit stored, Unit other) { return (stored & empty) == byte ? stored : other; };
    const Unit pair = pairs[lane.previous * 256 + byte];
    const Unit next = prefer(units[lane.base + byte], prefer(units[lane.pair_base + byte], pair));
    lane.base = next >> (label_bits + list_bits);
    lane.pair_base = pair >> (label_bits + list_bits);
    lane.list = static_cast<std::uint32_t>(next >> label_bits) & ((1U << list_bits) - 1);
    lane.previous = byte;
  };

  const std::size_t part = block.size() / lanes;
  std::array<Lane, lanes> walk;
  if (part > longest_) {
    for (std::size_t lane = 1; lane < lanes; ++lane) {
      for (std::size_t i = lane * part - longest_; i < lane * part; ++i) step(walk[lane], bytes[i]);
    }
    for (std::size_t i = 0; i < part; ++i) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        step(walk[lane], bytes[lane * part + i]);
        lists[lane * part + i] = walk[lane].list;
      }
    }
  }
  // What is left, or all of a short block.
  Lane last = part > longest_ ? walk.back() : Lane();
  for (std::size_t i = part > longest_ ? lanes * part : 0; i < block.size(); ++i) {
    step(last, bytes[i]);
    lists[i] = last.list;
  }
}

}  // namespace tandem::unigram
