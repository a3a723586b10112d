// Protocol Buffers by hand: a message is a row of fields, each a key (its number and how its value lies) and a value.
// Numbers of fields: onnx.proto of the ONNX project; operators: docs/ContribOperators.md of ONNX Runtime.
#include "impl/attention/peers/onnx_model.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace tandem::attention {
namespace {

/// A message under construction. Calls give the number of the field and its value.
class Message {
 public:
  Message& number(unsigned field, std::uint64_t value) {
    varint(field << 3);
    varint(value);
    return *this;
  }
  Message& text(unsigned field, const std::string& value) {
    varint(field << 3 | 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Message& message(unsigned field, const Message& value) { return text(field, value.bytes_); }
  Message& real(unsigned field, float value) {
    varint(field << 3 | 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>((bits >> shift) & 0xFF);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

enum ElementType : std::uint64_t { float32 = 1, int32 = 6 };

Message tensor(const std::string& name, ElementType type, const std::vector<std::size_t>& axes) {
  Message shape;
  for (const std::size_t size : axes) shape.message(1, Message().number(1, size));
  return Message().text(1, name).message(2, Message().message(1, Message().number(1, type).message(2, shape)));
}

Message integer(const std::string& name, std::uint64_t value) {
  return Message().text(1, name).number(3, value).number(20, 2);
}

Message real(const std::string& name, float value) { return Message().text(1, name).real(2, value).number(20, 1); }

}  // namespace

OnnxOperator onnx_operator(const Problem& problem) {
  const bool sees_all = !problem.mask.causal || (problem.shape.queries == 1 && problem.mask.window == 0);
  return sees_all ? OnnxOperator::multi_head : OnnxOperator::group_query;
}

std::optional<std::string> onnx_unsuited(const Problem& problem) {
  const Shape& shape = problem.shape;
  if (problem.rotation.width > 0) return "positions are raced without rotation";
  if (!problem.query_bias.empty() || !problem.addend.empty()) return "its operators add to no query or key";
  if (problem.relative.kind != Relative::none) return "its operators take relative biases as a whole matrix";
  if (problem.scaling.per_row && problem.scaling.policy != Scale::standard) return "all rows have one factor";
  if (shape.group() > 1) return "it wants another order of grouped heads";
  if (shape.queries == 0 || shape.keys == 0) return "there is nothing to compute";
  if (scale_factor(problem.scaling, seen_keys(problem, 0)) == 0) return "it takes the factor 0 as its default";
  if (onnx_operator(problem) == OnnxOperator::group_query) {
    if (shape.queries != shape.keys) return "it wants a whole sequence, or a cache in a buffer of its own";
    if (problem.mask.window == 1) return "a window of the query's own place alone has no size in all versions";
    if (shape.width % 8 != 0) return "it wants a width that is a multiple of 8";
  }
  return std::nullopt;
}

std::string onnx_model(const Problem& problem, bool own_place_counts) {
  const Shape& shape = problem.shape;
  const bool grouped = onnx_operator(problem) == OnnxOperator::group_query;
  const auto root = std::sqrt(static_cast<double>(shape.width));
  const auto scale = static_cast<float>(scale_factor(problem.scaling, seen_keys(problem, 0)) / root);

  Message node;
  for (const char* name : {"Q", "K", "V"}) node.text(1, name);
  if (grouped) node.text(1, "").text(1, "").text(1, "last").text(1, "total");  // nothing before
  node.text(2, "O");
  if (grouped) node.text(2, "keys").text(2, "values");  // copies, which it makes in any case
  node.text(4, grouped ? "GroupQueryAttention" : "MultiHeadAttention").text(7, "com.microsoft");
  node.message(5, integer("num_heads", 1)).message(5, real("scale", scale));
  if (grouped) node.message(5, integer("kv_num_heads", 1));
  if (problem.mask.window > 0) {
    node.message(5, integer("local_window_size", problem.mask.window - (own_place_counts ? 0 : 1)));
  }

  Message graph;
  graph.message(1, node).text(2, "attention");
  graph.message(11, tensor("Q", float32, {shape.heads, shape.queries, shape.width}));
  for (const char* name : {"K", "V"}) graph.message(11, tensor(name, float32, {shape.heads, shape.keys, shape.width}));
  if (grouped) graph.message(11, tensor("last", int32, {shape.heads})).message(11, tensor("total", int32, {1}));
  graph.message(12, tensor("O", float32, {shape.heads, shape.queries, shape.width}));

  const Message standard = Message().text(1, "").number(2, 17);
  const Message contributed = Message().text(1, "com.microsoft").number(2, 1);
  return Message().number(1, 8).message(7, graph).message(8, standard).message(8, contributed).bytes();
}

}  // namespace tandem::attention
