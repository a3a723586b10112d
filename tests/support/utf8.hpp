// Where UTF-8 changes its length or stops: what every decoder must take, and what lies just beside it.
#pragma once

#include <string_view>
#include <utility>

namespace tandem::test {

using namespace std::string_view_literals;

/// The first and last character of every length, and those around the surrogates.
inline constexpr std::pair<char32_t, std::string_view> utf8_borders[] = {{0x0, "\0"sv},
                                                                         {0x7F, "\x7F"},
                                                                         {0x80, "\xC2\x80"},
                                                                         {0x7FF, "\xDF\xBF"},
                                                                         {0x800, "\xE0\xA0\x80"},
                                                                         {0xD7FF, "\xED\x9F\xBF"},
                                                                         {0xE000, "\xEE\x80\x80"},
                                                                         {0xFFFF, "\xEF\xBF\xBF"},
                                                                         {0x10000, "\xF0\x90\x80\x80"},
                                                                         {0x10FFFF, "\xF4\x8F\xBF\xBF"}};

/// Overlong forms, surrogates, what lies beyond Unicode, characters without an end or a beginning.
inline constexpr std::string_view no_utf8[] = {"\xC0\x80",
                                               "\xC1\xBF",
                                               "\xE0\x80\x80",
                                               "\xE0\x9F\xBF",
                                               "\xF0\x80\x80\x80",
                                               "\xF0\x8F\xBF\xBF",
                                               "\xED\xA0\x80",
                                               "\xED\xBF\xBF",
                                               "\xF4\x90\x80\x80",
                                               "\xF5\x80\x80\x80",
                                               "\xF8\x88\x80\x80\x80",
                                               "\x80",
                                               "\xBF",
                                               "\xC2",
                                               "\xC2\x7F",
                                               "\xC2\xC0",
                                               "\xE6\x88",
                                               "\xE6\x88\x7F",
                                               "\xF0\x90\x80",
                                               "ab\xFF"};

}  // namespace tandem::test
