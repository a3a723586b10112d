// Reads the bytes of a binary file from begin to end, and never one beyond them. Every binary format is read with it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tandem {

static_assert(std::endian::native == std::endian::little,
              "numbers are read as they lie in files, which are little-endian");

/// Nothing is allocated for a length that the bytes do not cover. What cannot be read is refused with
/// std::invalid_argument: "NAME WHY, at byte N", where N counts from 0.
class ByteReader {
 public:
  /// `first` is the place of the first byte in the file, where the bytes are a part of it.
  ByteReader(std::string_view bytes, std::string_view name, std::size_t first = 0)
      : left_(bytes), name_(name), at_(first) {}

  std::size_t left() const { return left_.size(); }
  bool empty() const { return left_.empty(); }
  std::size_t at() const { return at_; }

  std::string_view take(std::uint64_t size) {
    if (size > left_.size()) refuse("ends too early");
    const std::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    at_ += size;
    return bytes;
  }

  template <class Number>
  Number number() {
    static_assert(std::is_trivially_copyable_v<Number>);
    Number value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  template <class Number>
  void numbers(std::span<Number> to) {
    const std::string_view bytes = take(std::uint64_t{to.size()} * sizeof(Number));
    if (!to.empty()) std::memcpy(to.data(), bytes.data(), bytes.size());
  }

  template <class Number>
  std::vector<Number> numbers(std::uint64_t count) {
    if (count > left_.size() / sizeof(Number)) refuse("ends too early");
    std::vector<Number> all(count);
    numbers(std::span(all));
    return all;
  }

  /// A number of protocol buffers: 7 bits a byte, the lowest first, and the eighth says that there are more
  /// (protobuf.dev/programming-guides/encoding).
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    refuse("has a number of more than 64 bits");
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw std::invalid_argument(std::string(name_) + " " + why + ", at byte " + std::to_string(at_));
  }

 private:
  std::string_view left_;
  std::string_view name_;
  std::size_t at_;
};

}  // namespace tandem
