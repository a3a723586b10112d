// LEMON's network simplex on the complete bipartite graph: every row a supply of one and every column a demand.
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <stdexcept>

#include "impl/flow/flow.hpp"

namespace tandem::flow {

void peer_lemon(const Costs& costs, AssignmentAnswer& answer, const Execution&) {
  require_valid(costs, answer);
  answer.row_price.assign(costs.size, 0);
  answer.column_price.assign(costs.size, 0);
  answer.cost = 0;
  if (costs.size == 0) return;
  using Graph = lemon::SmartDigraph;
  const auto size = static_cast<int>(costs.size);
  Graph graph;
  graph.reserveNode(2 * size);
  graph.reserveArc(size * size);
  for (int i = 0; i < 2 * size; ++i) graph.addNode();
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j < size; ++j) graph.addArc(Graph::nodeFromId(i), Graph::nodeFromId(size + j));
  }
  // Arcs are numbered as they were added: row by row, as the costs are.
  Graph::ArcMap<double> cost(graph);
  Graph::NodeMap<int> supply(graph);
  for (int i = 0; i < size * size; ++i) cost[Graph::arcFromId(i)] = costs.values[static_cast<std::size_t>(i)];
  for (int i = 0; i < 2 * size; ++i) supply[Graph::nodeFromId(i)] = i < size ? 1 : -1;
  lemon::NetworkSimplex<Graph, int, double> simplex(graph);
  simplex.costMap(cost).supplyMap(supply);
  if (simplex.run() != simplex.OPTIMAL) throw std::runtime_error("LEMON found no optimum");
  for (int i = 0; i < size; ++i) {
    const auto row = static_cast<std::size_t>(i);
    answer.row_price[row] = -simplex.potential(Graph::nodeFromId(i));
    answer.column_price[row] = simplex.potential(Graph::nodeFromId(size + i));
    for (int j = 0; j < size; ++j) {
      const Graph::Arc arc = Graph::arcFromId(i * size + j);
      if (simplex.flow(arc) == 0) continue;
      answer.columns[row] = static_cast<std::uint32_t>(j);
      answer.cost += cost[arc];
    }
  }
}

}  // namespace tandem::flow
