// Scaled dot-product attention that knows its length and its positions.
//
//   o_i = sum_j p_ij v_j,   p_i = softmax over the keys j that i sees of
//   s_ij = f(n_i) / sqrt(d) (q_i + a)^T R_D (k_j + b) + c_j + r(i - j)
//
// f: scale policy, n_i: number of keys that i sees; a, b: biases of queries and keys, added before the rotation R
// (RoPE); D: relative position, as it is or bent (ReRoPE); c_j: an addend per key, -inf hides it; r: relative bias.
// Entropy of a row: H_i = -sum_j p_ij log p_ij, in nats.
//
// Sources: kexue.fm 8823, 9588, 9034 (scale); 9706, 9708 (post-hoc scale, ReRoPE); 9577 (biases before the rotation);
// arXiv 2104.09864 (RoPE), 2108.12409 (ALiBi), 2205.09921 (KERPLE), 2212.10356 (Sandwich), 2501.19399 (learned slope).
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace tandem::attention {

/// Sizes. Query head h reads key head h / (heads / key_heads).
struct Shape {
  std::size_t heads = 1;
  std::size_t key_heads = 1;  ///< a divisor of heads: fewer are grouped queries
  std::size_t queries = 0;    ///< n_q
  std::size_t keys = 0;       ///< n_k
  std::size_t width = 64;     ///< d, of queries, keys and values

  std::size_t group() const { return heads / key_heads; }
};

/// Which keys a query sees. Query i stands at place i + n_k - n_q among the keys: the last query sees the last key.
struct Mask {
  bool causal = false;
  std::size_t window = 0;  ///< of a causal mask: the query's own place and window - 1 before it; 0: all before it
};

/// What the scores are multiplied by beside 1 / sqrt(d).
enum class Scale {
  standard,     ///< 1
  logarithmic,  ///< log n / log(base), kexue.fm 8823
  post_hoc,     ///< max(1, log n / log(base)), for models trained at length `base` without it, kexue.fm 9706
  natural,      ///< log n (Chiang and Cholak, ACL 2022)
  learned,      ///< slope log n, arXiv 2501.19399
};

struct Scaling {
  Scale policy = Scale::standard;
  bool per_row = false;  ///< n: the keys that the row sees; else all keys of the sequence that are not hidden
  double base = 512;
  double slope = 0.43;
};

enum class Layout {
  interleaved,  ///< pairs (2i, 2i + 1)
  half_split,   ///< pairs (i, i + width / 2)
};

/// RoPE of the first `width` numbers of queries and keys. Pair i turns by theta_i = base^(-2i / width) per position.
struct Rotation {
  std::size_t width = 0;  ///< even; 0: none
  Layout layout = Layout::interleaved;
  double base = 10000;
  double first_position = 0;  ///< of key 0. The answer does not depend on it but for rounding

  /// ReRoPE: a relative position D = i - j of `window` or more counts as window + (D - window) / stretch.
  double window = std::numeric_limits<double>::infinity();
  double stretch = std::numeric_limits<double>::infinity();  ///< infinite: as window; else leaky ReRoPE

  bool bends() const { return width > 0 && window < std::numeric_limits<double>::infinity(); }
};

/// r(D) with D = |i - j|, added to the scaled score.
enum class Relative {
  none,
  alibi,         ///< -first 2^(-8 (h + 1) / heads) D for head h
  kerple_log,    ///< -first log(1 + second D)
  kerple_power,  ///< -first D^second
  sandwich,      ///< first sum_{i < d/2} cos(D second^(-2i / d))
};

struct RelativeBias {
  Relative kind = Relative::none;
  double first = 1;
  double second = 1;
};

/// Everything that decides the answer. Matrices lie row by row, head after head.
struct Problem {
  Shape shape;
  std::vector<float> queries;  ///< heads x n_q x d
  std::vector<float> keys;     ///< key_heads x n_k x d
  std::vector<float> values;   ///< key_heads x n_k x d
  Mask mask;
  Scaling scaling;
  Rotation rotation;
  RelativeBias relative;
  std::vector<float> query_bias;  ///< a: heads x d, or nothing
  std::vector<float> key_bias;    ///< b: key_heads x d, or nothing
  std::vector<float> addend;      ///< c: n_k numbers, finite or -inf, or nothing
};

/// A row that sees no key has the output 0 and the entropy 0.
struct Answer {
  std::vector<float> output;   ///< heads x n_q x d
  std::vector<float> entropy;  ///< heads x n_q, in nats
};

/// One row in double.
struct Row {
  std::vector<double> scores;   ///< n_k; -inf where the query does not see the key
  std::vector<double> weights;  ///< n_k
  std::vector<double> output;   ///< d
  double entropy = 0;           ///< nats
};

/// Keys [first, last).
struct Span {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// The definition: every score in double, cosines and sines of every relative position, no tables.
/// O(heads n_q n_k d). A NaN in a query, key or value reaches the rows that see it and no others.
/// Throws std::invalid_argument where `require_valid` does.
void reference(const Problem& problem, Answer& answer);

/// Row `query` of query head `head`; the problem must be valid. O(n_k d).
Row exact_row(const Problem& problem, std::size_t head, std::size_t query);

/// The keys that the mask lets the query see; hidden ones (addend -inf) are among them.
Span visible(const Problem& problem, std::size_t query);

/// f(n) for n seen keys; 1 is exact where n equals the base. 0 for n = 0.
double scale_factor(const Scaling& scaling, std::size_t seen);

/// n of the query's row, by scaling.per_row. O(n_k).
std::size_t seen_keys(const Problem& problem, std::size_t query);

/// The relative position that the rotation takes for D.
double bent(const Rotation& rotation, double distance);

/// r(distance) of query head `head`.
double relative_bias(const RelativeBias& bias, const Shape& shape, std::size_t head, double distance);

/// The one place where input is refused, by the reference and every variant.
/// Throws std::invalid_argument with one sentence.
void require_valid(const Problem& problem, const Answer& answer);

}  // namespace tandem::attention
