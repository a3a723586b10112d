// The one-N variants of ab_plus_c against the definition, against each other, and against plain integers.
#include "impl/ab_plus_c/ab_plus_c.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/ab_plus_c/numbers.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/rows.hpp"

namespace tandem::ab_plus_c {
namespace {

/// A row of the table, which takes a list of N, on one N.
struct OneNVariant {
  std::string name;
  std::function<void(const Natural&, Minimum&, const Execution&)> run;
  bool wide;     ///< takes N up to 2^126 - 1
  int max_bits;  ///< beyond, too slow for thousands of N
};

std::vector<OneNVariant> make_variants() {
  using Numbers = std::vector<Natural>;
  using Minima = std::vector<Minimum>;
  std::vector<OneNVariant> variants;
  for (const auto& row : test::rows_of<Numbers, Minima>("ab_plus_c")) {
    const auto run = [run = row.run](const Natural& n, Minimum& answer, const Execution& execution) {
      Minima minima = {answer};
      run({n}, minima, execution);
      answer = minima[0];
    };
    const std::string& name = row.name;
    const bool wide = !row.unsuited || !row.unsuited({natural_end - 1});
    variants.push_back({name, run, wide, name == "sqrt_scan" ? 24 : name.find("early_stop") == name.npos ? 40 : 64});
  }
  return variants;
}

const std::vector<OneNVariant> one_n_variants = make_variants();

Minimum run(const OneNVariant& variant, Natural n, int threads = 1) {
  Minimum answer{.sum = 77, .a = 77, .b = 77, .c = 77};
  variant.run(n, answer, {.threads = threads});
  return answer;
}

void expect_same(const OneNVariant& variant, Natural n, const Minimum& expected, int threads = 1) {
  const Minimum actual = run(variant, n, threads);
  if (!same(actual, expected)) {
    ADD_FAILURE() << variant.name << "(" << to_string(n) << ") gives " << testing::PrintToString(actual) << ", not "
                  << testing::PrintToString(expected);
  }
}

// Plain integers, no roots: p runs up from 2 sqrt N, and q follows it one by one.
Minimum by_integers(std::uint64_t n) {
  const Natural four_n = Natural{4} * n;
  Minimum best{.sum = n, .a = 0, .b = 0, .c = n};
  auto p = static_cast<std::uint64_t>(2 * std::sqrt(static_cast<double>(n)));
  while (Natural{p} * p > four_n) --p;
  for (std::uint64_t q = 0; p < best.sum; ++p) {
    while (Natural{p} * p > four_n + Natural{q} * q) ++q;
    const std::uint64_t of_parity = q + ((p ^ q) & 1);
    const Natural c = (four_n + Natural{of_parity} * of_parity - Natural{p} * p) / 4;
    if (p + c < best.sum) best = {.sum = p + c, .a = (p - of_parity) / 2, .b = (p + of_parity) / 2, .c = c};
  }
  return best;
}

TEST(AbPlusC, ReferenceIsTheMinimumOverAllTriples) {
  for (std::uint64_t n = 0; n <= 2000; ++n) {
    std::uint64_t best_sum = n;
    std::uint64_t best_p = 0;
    for (std::uint64_t a = 0; a <= n; ++a) {
      for (std::uint64_t b = a; a * b <= n && b <= n; ++b) {
        const std::uint64_t sum = a + b + (n - a * b);
        if (sum < best_sum || (sum == best_sum && a + b < best_p)) {
          best_sum = sum;
          best_p = a + b;
        }
      }
    }
    const Minimum minimum = reference(n);
    ASSERT_EQ(static_cast<std::uint64_t>(minimum.sum), best_sum) << n;
    ASSERT_EQ(static_cast<std::uint64_t>(minimum.a + minimum.b), best_p) << n;
  }
}

TEST(AbPlusC, EveryVariantAgreesWithTheReferenceOnSmallN) {
  for_each_target([] {
    for (std::uint64_t n = 0; n <= 20000; ++n) {
      const Minimum expected = reference(n);
      for (const OneNVariant& variant : one_n_variants) expect_same(variant, n, expected);
      if (testing::Test::HasFailure()) return;
    }
  });
}

TEST(AbPlusC, FastVariantsAgreeOnRandomN) {
  for_each_target([] {
    for (int bits = 4; bits <= 64; bits += 4) {
      for (int i = 0; i < 10000 / scale; ++i) {
        const Natural n = test_natural(bits, static_cast<std::uint64_t>(i * 64 + bits));
        const Minimum expected = run(one_n_variants[3], n);
        ASSERT_TRUE(expected.a <= expected.b && expected.a * expected.b + expected.c == n &&
                    expected.a + expected.b + expected.c == expected.sum)
            << to_string(n);
        for (const OneNVariant& variant : one_n_variants) {
          // The threaded ones below 2^90 are the sequential search, and the slow ones are left to a few N.
          const bool few = bits > variant.max_bits || variant.name.starts_with("pq_early_stop_wide");
          if (few && (i % 500 != 0 || (bits > 40 && variant.name == "sqrt_scan"))) continue;
          expect_same(variant, n, expected);
        }
      }
      if (testing::Test::HasFailure()) return;
    }
  });
}

TEST(AbPlusC, PlainIntegersAgree) {
  for (const int bits : {30, 40, 50, 58, 60, 61, 62, 63, 64}) {
    for (std::uint64_t i = 0; i < 20 / (scale > 1 ? 10 : 1); ++i) {
      const auto n = static_cast<std::uint64_t>(test_natural(bits, i));
      expect_same(one_n_variants[3], n, by_integers(n));
      expect_same(one_n_variants[4], n, by_integers(n));
      expect_same(one_n_variants[5], n, by_integers(n));
    }
  }
}

TEST(AbPlusC, Edges) {
  const std::vector<std::uint64_t> edges = edge_numbers();
  for_each_target([&] {
    for (const std::uint64_t n : edges) {
      const Minimum expected = run(one_n_variants[3], n);
      for (const OneNVariant& variant : one_n_variants) {
        if (variant.name != "sqrt_scan" && variant.max_bits == 64) expect_same(variant, n, expected);
      }
    }
  });
  for (std::size_t i = 0; i < edges.size(); i += 10) {
    const Minimum expected = by_integers(edges[i]);
    expect_same(one_n_variants[1], edges[i], expected);
    expect_same(one_n_variants[2], edges[i], expected);
    expect_same(one_n_variants[3], edges[i], expected);
  }
}

struct Golden {
  const char* n;
  const char* sum;
  const char* a;
  const char* b;
  const char* c;
};

TEST(AbPlusC, GoldenValues) {
  constexpr std::array golden = {
      Golden{"0", "0", "0", "0", "0"},
      Golden{"4", "4", "0", "0", "4"},
      Golden{"5", "5", "0", "0", "5"},
      Golden{"128", "24", "8", "16", "0"},
      Golden{"129", "25", "8", "16", "1"},
      Golden{"130", "23", "10", "13", "0"},
      Golden{"164", "29", "9", "18", "2"},
      Golden{"2890", "116", "38", "76", "2"},
      Golden{"2147483647", "92711", "46030", "46654", "27"},
      Golden{"4294967295", "131072", "65535", "65537", "0"},
      Golden{"9007199254740991", "189812568", "94882905", "94929632", "31"},
      Golden{"9223372036854775807", "6074002298", "3036542606", "3037458463", "1229"},
      Golden{"9223372036854775808", "6074002299", "3036542606", "3037458463", "1230"},
      Golden{"18446744073709551557", "8589934597", "4294967288", "4294967304", "5"},
      Golden{"18446744073709551615", "8589934592", "4294967295", "4294967297", "0"},
      // 2^126 - 1 = (2^63 - 1)(2^63 + 1)
      Golden{"85070591730234615865843651857942052863", "18446744073709551616", "9223372036854775807",
             "9223372036854775809", "0"},
  };
  for_each_target([&] {
    for (const Golden& row : golden) {
      const Natural n = parse_natural(row.n);
      const Minimum expected{.sum = parse_natural(row.sum),
                             .a = parse_natural(row.a),
                             .b = parse_natural(row.b),
                             .c = parse_natural(row.c)};
      for (const OneNVariant& variant : one_n_variants) {
        if (n > max64 ? variant.wide : n < (1u << 31) || variant.max_bits == 64) expect_same(variant, n, expected);
      }
    }
  });
}

// The checksum of the first hundred thousand sums.
TEST(AbPlusC, Checksum) {
  std::uint64_t total = 0;
  for (std::uint64_t n = 0; n <= 100000; ++n) total += static_cast<std::uint64_t>(run(one_n_variants[4], n).sum);
  EXPECT_EQ(total, 42756118u);
}

TEST(AbPlusC, SumIsBelowTheBoundOfThePost) {
  for (const int bits : {10, 20, 40, 63}) {
    for (std::uint64_t i = 0; i < 500; ++i) {
      const Natural n = test_natural(bits, i);
      const Minimum minimum = run(one_n_variants[4], n);
      const long double root = std::sqrt(static_cast<long double>(n));
      EXPECT_LT(static_cast<long double>(minimum.sum), 2 * root + 2 + std::sqrt(1 + 4 * root)) << to_string(n);
      EXPECT_GE(static_cast<long double>(minimum.sum), std::floor(2 * root)) << to_string(n);
    }
  }
}

TEST(AbPlusC, WideVariantsAgreeAtEveryThreadCount) {
  for_each_target([] {
    for (const int bits : {65, 66, 67, 80, 89, 90, 91, 96, 100, 108}) {
      for (std::uint64_t i = 0; i < (bits > 100 ? 1 : 3); ++i) {
        const Natural n = test_natural(bits, i);
        const Minimum expected = run(one_n_variants[6], n);
        EXPECT_TRUE(expected.a <= expected.b && expected.a * expected.b + expected.c == n) << to_string(n);
        for (const OneNVariant& variant : one_n_variants) {
          if (!variant.wide) continue;
          for (int threads = 1; threads <= 4; ++threads) expect_same(variant, n, expected, threads);
        }
      }
    }
  });
}

TEST(AbPlusC, WideVariantsHoldTheBoundAt126Bits) {
  for (std::uint64_t i = 0; i < 2; ++i) {
    const Natural n = test_natural(126, i);
    const Minimum minimum = run(one_n_variants[11], n, 2);
    EXPECT_TRUE(minimum.a <= minimum.b && minimum.a * minimum.b + minimum.c == n) << to_string(n);
    EXPECT_TRUE(minimum.a + minimum.b + minimum.c == minimum.sum) << to_string(n);
    const long double root = std::sqrt(static_cast<long double>(n));
    EXPECT_LT(static_cast<long double>(minimum.sum), 2 * root + 2 + std::sqrt(1 + 4 * root)) << to_string(n);
    if (scale == 1) expect_same(one_n_variants[6], n, minimum);
    expect_same(one_n_variants[9], n, minimum);
  }
}

TEST(AbPlusC, WideSquaresAndNeighbours) {
  for (const Natural m :
       {Natural{1} << 40, (Natural{1} << 50) - 1, (Natural{1} << 62) + 12345, (Natural{1} << 63) - 1}) {
    for (const OneNVariant& variant : one_n_variants) {
      if (!variant.wide) continue;
      expect_same(variant, m * m, {.sum = 2 * m, .a = m, .b = m, .c = 0}, 2);
      expect_same(variant, m * m - 1, {.sum = 2 * m, .a = m - 1, .b = m + 1, .c = 0}, 2);
      expect_same(variant, m * (m + 1), {.sum = 2 * m + 1, .a = m, .b = m + 1, .c = 0}, 2);
    }
  }
}

TEST(AbPlusC, RefusesWhatIsTooLarge) {
  Minimum answer;
  for (const OneNVariant& variant : one_n_variants) {
    const auto said = [&](const Natural& n) { return test::refusal([&] { variant.run(n, answer, {}); }); };
    EXPECT_EQ(said(natural_end), "N must be below 2^126") << variant.name;
    EXPECT_EQ(said(~Natural{0}), "N must be below 2^126") << variant.name;
    const std::string beyond = variant.wide ? "accepted" : "N must be below 2^64 for this variant";
    EXPECT_EQ(said(Natural{max64} + 1), beyond) << variant.name;
  }
  EXPECT_THROW(reference(natural_end), std::invalid_argument);
}

TEST(AbPlusC, ReadsAndWritesNaturals) {
  for (const char* text :
       {"0", "7", "18446744073709551615", "18446744073709551616", "85070591730234615865843651857942052863"}) {
    EXPECT_EQ(to_string(parse_natural(text)), text);
  }
  EXPECT_EQ(to_string(parse_natural("007")), "7");
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.5", "1e3", "0x10", "85070591730234615865843651857942052864",
                           "999999999999999999999999999999999999999999999999999999"}) {
    EXPECT_THAT([text] { parse_natural(text); },
                testing::ThrowsMessage<std::invalid_argument>(testing::HasSubstr("'" + std::string(text) + "'")));
  }
}

}  // namespace
}  // namespace tandem::ab_plus_c
