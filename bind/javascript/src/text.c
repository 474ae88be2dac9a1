/* text.c: texts between JavaScript, which has UTF-16, and C, which has UTF-8. Octets that are no UTF-8 are lone surrogates from U+DC80 on, and go back as what they were. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

/* How many octets at s are one character, which c is; 0: they are none. */
static size_t character(const unsigned char *s, size_t n, uint32_t *c) {
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t k = *s < 0x80 ? 1 : *s < 0xC0 ? 0 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : *s < 0xF8 ? 4 : 0;
	if (k == 0 || k > n) return 0;
	*c = k == 1 ? *s : *s & (0x7Fu >> k);
	for (size_t i = 1; i < k; i++) {
		if ((s[i] & 0xC0) != 0x80) return 0;
		*c = *c << 6 | (s[i] & 0x3F);
	}
	return *c < least[k] || *c > 0x10FFFF || (*c >= 0xD800 && *c < 0xE000) ? 0 : k;
}

napi_value text_of(const char *s, size_t n) {
	napi_value v = NULL;
	size_t plain = 0;
	while (plain < n && !(s[plain] & 0x80)) plain++;
	if (plain == n) {
		if (napi_create_string_latin1(env, s, n, &v) != napi_ok) return throw_range("a text of %zu octets is too long", n);
		return v;
	}
	char16_t *to = malloc(n * sizeof *to);
	size_t at = 0;
	if (!to) return throw_range("no memory for a text of %zu octets", n);
	for (size_t i = 0; i < n;) {
		uint32_t c;
		size_t k = character((const unsigned char *)s + i, n - i, &c);
		if (!k) c = 0xDC00 + (unsigned char)s[i], k = 1;
		if (c >= 0x10000) to[at++] = (char16_t)(0xD7C0 + (c >> 10)), to[at++] = (char16_t)(0xDC00 + (c & 0x3FF));
		else to[at++] = (char16_t)c;
		i += k;
	}
	if (napi_create_string_utf16(env, to, at, &v) != napi_ok) throw_range("a text of %zu octets is too long", n), v = NULL;
	free(to);
	return v;
}

/* Writes a text's octets, and answers how many; -1: a surrogate that is none of a pair. */
static int64_t encode(const char16_t *s, size_t n, char *to) {
	char *at = to;
	for (size_t i = 0; i < n; i++) {
		uint32_t c = s[i];
		if (c >= 0xD800 && c < 0xDC00 && i + 1 < n && s[i + 1] >= 0xDC00 && s[i + 1] < 0xE000) c = ((c - 0xD7C0) << 10) + (s[++i] - 0xDC00);
		else if (c >= 0xDC80 && c < 0xDD00) { *at++ = (char)(c - 0xDC00); continue; }
		else if (c >= 0xD800 && c < 0xE000) return -1;
		if (c < 0x80) { *at++ = (char)c; continue; }
		if (c < 0x800) { *at++ = (char)(0xC0 | c >> 6); }
		else {
			if (c < 0x10000) *at++ = (char)(0xE0 | c >> 12);
			else *at++ = (char)(0xF0 | c >> 18), *at++ = (char)(0x80 | (c >> 12 & 0x3F));
			*at++ = (char)(0x80 | (c >> 6 & 0x3F));
		}
		*at++ = (char)(0x80 | (c & 0x3F));
	}
	return at - to;
}

bool short_text(napi_value v, char *to, size_t room, size_t *length) {
	size_t n;
	if (napi_get_value_string_utf16(env, v, NULL, 0, &n) != napi_ok || 3 * n >= room) return false; /* a unit has at most three octets: it would be cut, which nobody tells */
	if (napi_get_value_string_utf8(env, v, to, room, &n) != napi_ok || memchr(to, 0, n) || memmem(to, n, "\xEF\xBF\xBD", 3)) return false; /* it may have had what is no character */
	*length = n;
	return true;
}

char *text_from(napi_value v, const char *what, uint64_t bound, size_t *length) {
	size_t n, got;
	if (napi_get_value_string_utf16(env, v, NULL, 0, &n) != napi_ok) return (char *)throw_type("%s must be a string", what);
	if (n > SOMH_MAX_SIZE / 3) return (char *)throw_range("%s: %zu characters may be more than %d octets (SOMH_MAX_SIZE)", what, n, SOMH_MAX_SIZE);
	char16_t *s = malloc((n + 1) * sizeof *s);
	char *to = s ? som_allocate(3 * n + 1) : NULL;
	int64_t size = 0;
	if (to && napi_get_value_string_utf16(env, v, s, n + 1, &got) == napi_ok) size = encode(s, n, to);
	free(s);
	bool good = false;
	if (!to) throw_range("%s: no memory for a text of %zu characters", what, n);
	else if (size < 0) throw_type("%s has a lone surrogate, which is no character", what);
	else if (memchr(to, 0, (size_t)size)) throw_type("%s has a null character in it", what);
	else if (bound && (uint64_t)size > bound) throw_range("%s: %lld octets, and the string has at most %llu", what, (long long)size, (unsigned long long)bound);
	else good = true;
	if (!good) return som_deallocate(to), NULL;
	to[size] = 0;
	if (length) *length = (size_t)size;
	return to;
}
