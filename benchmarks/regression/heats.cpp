#include "benchmarks/regression/heats.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace tandem::regression {
namespace {

void add_row(Heat& heat, const RowKey& key, bool threaded, ComparedRow* compared) {
  heat.racing.emplace_back();
  heat.racing.back().key = key;
  heat.racing.back().threaded = threaded;
  heat.compared.push_back(compared);
}

void add_references(Heat& heat, const std::vector<RowKey>& references) {
  const RowKey any = heat.racing.front().key;  // a copy: the vector grows below
  for (const RowKey& reference : references) {
    const bool here = reference.method == any.method && reference.workload == any.workload;
    if (here && std::ranges::count(heat.racing, reference, &BuildRaceRow::key) == 0) {
      add_row(heat, reference, false, nullptr);
    }
  }
}

std::vector<Heat> in_turns(std::vector<Heat> heats) {
  std::map<std::string, std::size_t> seen;
  std::vector<std::pair<std::size_t, std::size_t>> turns;  // the how manieth of its method, and its place
  for (std::size_t i = 0; i < heats.size(); ++i) turns.emplace_back(seen[heats[i].racing.front().key.method]++, i);
  std::ranges::sort(turns);
  std::vector<Heat> result;
  for (const auto& [turn, place] : turns) result.push_back(std::move(heats[place]));
  return result;
}

}  // namespace

std::vector<Heat> heats_of(const std::vector<ComparedRow*>& rows, const std::vector<RowKey>& references) {
  std::vector<Heat> heats;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (ComparedRow* row : rows) {
    const auto [place, is_new] = places.emplace(std::pair(row->key.method, row->key.workload), heats.size());
    if (is_new) heats.emplace_back();
    add_row(heats[place->second], row->key, row->threaded, row);
  }
  for (Heat& heat : heats) add_references(heat, references);
  return in_turns(std::move(heats));
}

}  // namespace tandem::regression
