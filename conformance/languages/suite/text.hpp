// text.hpp: values as canonical text, and their mirrors.
#ifndef TEXT_HPP
#define TEXT_HPP

#include "suite.ih.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <type_traits>
#include <vector>

namespace Suite {

constexpr std::size_t longest = 64; // elements that are written out; of more the number and a hash are

std::string named(const som::object &o); // "Thing 1", "derived Thing 2", "nothing"

inline std::string hash(const std::string &octets) {
	std::uint64_t h = 0xcbf29ce484222325; // FNV-1a
	for (unsigned char c : octets) h = (h ^ c) * 0x100000001b3;
	char buffer[24];
	std::snprintf(buffer, sizeof buffer, "%016llx", static_cast<unsigned long long>(h));
	return buffer;
}

template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0> std::string text(T v) {
	if constexpr (std::is_same_v<T, bool>) return v ? "true" : "false";
	else return std::to_string(+v);
}
template <class T, std::enable_if_t<std::is_floating_point_v<T>, int> = 0> std::string text(T v) {
	if (std::isnan(v)) return "nan";
	char buffer[48];
	std::snprintf(buffer, sizeof buffer, "%a", static_cast<double>(v));
	return buffer;
}
inline std::string text(char v) { return "char " + std::to_string(static_cast<unsigned char>(v)); }
inline std::string text(char16_t v) { return "wchar " + std::to_string(+v); }
inline std::string text(Colour v) { return v == Colour::red ? "red" : v == Colour::green ? "green" : v == Colour::blue ? "blue" : "colour " + std::to_string(static_cast<std::uint32_t>(v)); }

// Text that is ASCII and can be read as it is, and octets else.
inline std::string text(const std::string &v) {
	if (v.size() > longest) return std::to_string(v.size()) + " octets " + hash(v);
	std::string s = "\"";
	for (unsigned char c : v) {
		char buffer[8];
		std::snprintf(buffer, sizeof buffer, c < ' ' || c > '~' || c == '"' || c == '\\' ? "\\x%02x" : "%c", c);
		s += buffer;
	}
	return s + '"';
}
inline std::string text(const std::u16string &v) {
	std::string s = "L\"";
	for (char16_t c : v) {
		char buffer[8];
		std::snprintf(buffer, sizeof buffer, c < ' ' || c > '~' || c == '"' || c == '\\' ? "\\u%04x" : "%c", c);
		s += buffer;
	}
	return v.size() > longest ? std::to_string(v.size()) + " units " + hash(s) : s + '"';
}
inline std::string text(const Thing &v) { return named(v); }
inline std::string text(const Point &v) { return "{" + text(v.x) + " " + text(v.y) + "}"; }
std::string text(const Person &v);
std::string text(const Tree &v);
std::string text(const Shape &v);
std::string text(const Branch &v);
std::string text(const Twig &v);
template <class T, std::size_t N> std::string text(const std::array<T, N> &v);
template <class T> std::string text(const std::vector<T> &v);

template <class S> std::string listed(const S &v) {
	std::string s;
	for (std::size_t i = 0; i < v.size(); i++) s += (i ? " " : "") + text(static_cast<typename S::value_type>(v[i]));
	return v.size() > longest ? std::to_string(v.size()) + " elements " + hash(s) : "[" + s + "]";
}
template <class T, std::size_t N> std::string text(const std::array<T, N> &v) { return listed(v); }
template <class T> std::string text(const std::vector<T> &v) { return listed(v); }
inline std::string text(const Person &v) {
	return "{" + text(v.name) + " " + text(v.likes) + " " + text(v.tame) + " " + text(v.at) + " " + text(v.words) + " " + text(v.title) + "}";
}
inline std::string text(const Tree &v) { return "{" + text(v.value) + " " + text(v.below) + "}"; }
inline std::string text(const Shape &v) { return text(v._d()) + ":" + (v.is_side() ? text(v.side()) : v.is_label() ? text(v.label()) : text(v.at())); }
inline std::string text(const Part &v) { return text(v._d()) + ":" + (v.is_leaf() ? text(v.leaf()) : v.is_branches() ? text(v.branches()) : "nothing"); }
inline std::string text(const Twig &v) { return "{" + text(v.grown) + "}"; }
inline std::string text(const Branch &v) { return "{" + text(v.name) + " " + text(v.end) + " " + text(v.twigs) + "}"; }

inline bool mirror(bool v) { return !v; }
inline char mirror(char v) { return static_cast<char>(v ^ 0x20); }
inline char16_t mirror(char16_t v) { return static_cast<char16_t>(v ^ 1); }
template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0> T mirror(T v) { return static_cast<T>(~v); }
template <class T, std::enable_if_t<std::is_floating_point_v<T>, int> = 0> T mirror(T v) { return -v; }
inline Colour mirror(Colour v) { return static_cast<Colour>((static_cast<std::uint32_t>(v) + 1) % 3); }
// Characters change places, not octets; octets that go on a character stay behind the one that begins it.
inline std::string mirror(const std::string &v) {
	std::string r;
	for (std::size_t end = v.size(), at = end; at-- > 0;)
		if ((v[at] & 0xc0) != 0x80) r.append(v, at, end - at), end = at;
	return r;
}
inline std::u16string mirror(const std::u16string &v) {
	std::u16string r(v.rbegin(), v.rend());
	for (std::size_t i = 0; i + 1 < r.size(); i++)
		if ((r[i] & 0xfc00) == 0xdc00 && (r[i + 1] & 0xfc00) == 0xd800) std::swap(r[i], r[i + 1]);
	return r;
}
inline Point mirror(const Point &v) { return {v.y, v.x}; }
template <class S> S backwards(const S &v) {
	S r(v);
	std::reverse(r.begin(), r.end());
	return r;
}
template <class T> std::vector<T> mirror(const std::vector<T> &v) { return backwards(v); }
template <class T, std::size_t N> std::array<T, N> mirror(const std::array<T, N> &v) { return backwards(v); }
inline Person mirror(const Person &v) { return {mirror(v.name), mirror(v.likes), mirror(v.tame), mirror(v.at), mirror(v.words), mirror(v.title)}; }
inline Tree mirror(const Tree &v) {
	Tree r = v;
	std::reverse(r.below.begin(), r.below.end());
	for (Tree &t : r.below) t = mirror(t);
	return r;
}
inline Part mirror(const Part &v) {
	Part r = v;
	if (v.is_leaf()) r.leaf(mirror(v.leaf()));
	if (v.is_branches()) r.branches(mirror(v.branches()));
	return r;
}
inline Branch mirror(const Branch &v) { return {mirror(v.name), mirror(v.end), mirror(v.twigs)}; }
inline Shape mirror(const Shape &v) {
	Shape r;
	if (v.is_side()) r.label(std::to_string(v.side()));
	else if (v.is_label()) r.at(Point{static_cast<std::int32_t>(v.label().size()), -1});
	else r.side(v.at().x);
	return r;
}
inline Thing mirror(const Thing &v) { return v; }

} // namespace Suite

#endif
