// Reads the bytes of a binary file from begin to end, and never one beyond them.
#pragma once

#include <cstdint>
#include <string_view>

namespace tandem {

/// `refuse(why)` throws; it is called where the bytes end too early or make no number.
template <class Refuse>
class ByteReader {
 public:
  ByteReader(std::string_view bytes, Refuse refuse) : left_(bytes), refuse_(refuse) {}

  bool empty() const { return left_.empty(); }

  std::string_view take(std::uint64_t size) {
    if (size > left_.size()) refuse_("it ends too early");
    const std::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    return bytes;
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
    refuse_("a number has more than 64 bits");
    return 0;
  }

 private:
  std::string_view left_;
  Refuse refuse_;
};

}  // namespace tandem
