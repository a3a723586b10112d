// Seeded texts and vocabularies for unigram tokenisation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "reference/unigram/unigram.hpp"

namespace tandem::unigram {

/// `size` bytes of whole lines from a line that the seed draws; the text begins anew where it ends. 0: all of it.
std::string excerpt(const std::string& text, std::size_t size, std::uint64_t seed);

/// All of the text, from a line that the seed draws, again and again without line breaks.
std::string one_line(const std::string& text, std::size_t size, std::uint64_t seed);

/// The same in lines of 0 to 8 bytes.
std::string short_lines(const std::string& text, std::size_t size, std::uint64_t seed);

std::string random_bytes(std::size_t size, std::uint64_t seed);

/// `count` words of two scripts, with lines and repeated line breaks.
std::string random_words(std::size_t count, std::uint64_t seed);

/// Up to 200 bytes before each of `count` random places of the text.
std::vector<std::string> random_prompts(const std::string& text, std::size_t count, std::uint64_t seed);

/// Beginnings of random pieces; one in four is the beginning of none.
std::vector<std::string> random_prefixes(const std::vector<std::string>& pieces, std::size_t count, std::uint64_t seed);

/// All runs of up to 36 letters, the longer the likelier.
Vocabulary runs();

struct VocabularyAndText {
  Vocabulary vocabulary;
  std::string text;
};

/// A vocabulary of few letters and a text of about 20 bytes per element, both random: many ties.
VocabularyAndText random_vocabulary_and_text(std::size_t count, std::uint64_t seed);

}  // namespace tandem::unigram
