/*
 * som_c.h: what C that dsom generates is made of, beside the kernel's interface. docs/som-c.md says how it is used.
 *
 * Everything here is static inline: there is nothing to link but the kernel. It compiles as C11 and as C++17.
 */
#ifndef SOM_C_H
#define SOM_C_H

#include <som.h>

#include <string.h>

/* Goes before a definition in a header: of what all units of one program or library share, and nobody else sees. */
#if !defined(__GNUC__)
#define SOM_PER_CLIENT static
#elif defined(_WIN32)
#define SOM_PER_CLIENT static __attribute__((unused))
#else
#define SOM_PER_CLIENT __attribute__((weak, visibility("hidden")))
#endif

#ifdef __GNUC__
#define SOM_LIKELY(x) __builtin_expect(!!(x), 1)
#define SOM_COLD static __attribute__((cold, noinline, unused)) /* what runs once, out of the way of what runs often */
#else
#define SOM_LIKELY(x) (x)
#define SOM_COLD static
#endif

/* ---- Binding at first use ---- */

/* A token, or 0 where its class is not bound yet. Units that define SOM_BOUND before their includes have bound every class that
 * they use (Dog_bind): then nothing is asked, and a call has no instruction more than must be. Tokens are written once and
 * then only read, perhaps while another thread writes them. */
static inline som_tok som_token(const som_tok *at) {
#ifdef __GNUC__
	som_tok token = __atomic_load_n(at, __ATOMIC_RELAXED);
#ifdef SOM_BOUND
	if (!token) __builtin_unreachable();
#endif
	return token;
#else
	return *(const volatile som_tok *)at;
#endif
}

/* Binds all tokens or none. */
static inline int som_bind(const som_binding *binding, som_classdata *to, som_env *ev) {
	int code = som_class_bind(binding, to, ev);
	som_tok *tokens = (som_tok *)(to + 1);
	for (uint32_t i = 0; code != SOM_OK && i < binding->nmethods; i++) {
#ifdef __GNUC__
		__atomic_store_n(&tokens[i], 0, __ATOMIC_RELAXED);
#else
		tokens[i] = 0;
#endif
	}
	return code;
}

SOM_COLD int som_is_unbound(const som_object *o, const som_classdata *d, const char *name, int (*bind)(som_env *ev)) {
	som_class *c = som_class_registered(name, NULL);
	int is = c && bind(NULL) == SOM_OK && som_isa(o, d);
	som_release((som_ref)c);
	return is;
}

/* Whether an object is one of a class. A class that is not in the process has no objects, and is not loaded to find that out. */
static inline int som_is(const som_object *o, const som_classdata *d, const char *name, int (*bind)(som_env *ev)) {
#if defined(SOM_BOUND)
	(void)name, (void)bind;
	return som_isa(o, d);
#elif defined(__GNUC__)
	som_tok type = __atomic_load_n(&d->type, __ATOMIC_ACQUIRE); /* written behind the id */
	return SOM_LIKELY(type) ? *(void *const *)(SOM_ROW(o) + type) == d->id : som_is_unbound(o, d, name, bind);
#else
	return som_bound(d) ? som_isa(o, d) : som_is_unbound(o, d, name, bind);
#endif
}

/* Looks a method up that is called as sig says, or sig is NULL; 0, and an exception, where it has another signature. */
SOM_COLD int som_look_up(const som_class *c, const char *name, const char *sig, som_found *found, som_env *ev) {
	memset(found, 0, sizeof *found);
	found->size_of = sizeof *found;
	found->as = sig;
	return som_lookup(c, name, found, ev) == SOM_OK;
}

/* A procedure of a class by name and signature, which may be NULL, looked up once. The name is qualified (Puppy::tally), so that
 * it stays one where a parent's new release has a method of the same name. */
static inline som_proc *som_procedure(som_proc **at, const som_class *c, const char *name, const char *sig, som_env *ev) {
#ifdef __GNUC__
	som_proc *proc = __atomic_load_n(at, __ATOMIC_RELAXED);
#else
	som_proc *proc = *(som_proc *volatile *)at;
#endif
	if (SOM_LIKELY(proc != NULL) || !c) return proc;
	som_found found;
	if (!som_look_up(c, name, sig, &found, ev)) return NULL;
#ifdef __GNUC__
	__atomic_store_n(at, found.proc, __ATOMIC_RELAXED);
#else
	*at = found.proc;
#endif
	return found.proc;
}

/* A method of an object by its qualified name; the name is made once, and then the signature, which may be NULL, is compared with what the first object
 * has. */
static inline som_proc *som_named(const som_object *o, const som_name **at, const char *name, const char *sig, som_env *ev) {
#ifdef __GNUC__
	const som_name *n = __atomic_load_n(at, __ATOMIC_ACQUIRE);
#else
	const som_name *n = *(const som_name *volatile *)at;
#endif
	som_found found;
	if (SOM_LIKELY(n != NULL)) return som_find(o, n, ev);
	if (!som_look_up(som_class_of(o), name, sig, &found, ev) || !(n = som_name_of(name, ev))) return NULL;
#ifdef __GNUC__
	__atomic_store_n(at, n, __ATOMIC_RELEASE);
#else
	*at = n;
#endif
	return som_find(o, n, ev);
}

/* An environment of one's own where the caller gave none, and its end; returns made. */
static inline som_env *som_env_or(som_env *ev, som_env *own) {
	memset(own, 0, sizeof *own);
	return ev ? ev : own;
}
static inline som_ref som_env_done(const som_env *ev, som_env *own, som_ref made) {
	if (!ev) som_env_clear(own);
	return made;
}

/* ---- Implementing classes ---- */

/* The entry of a method in a parent's row; what is not there raises. */
static inline som_proc *som_parent_entry(const char *row, const som_class *c, uint32_t nth, som_tok token, som_env *ev) {
	som_proc *proc = row ? *(som_proc *const *)(row + token) : NULL;
	return SOM_LIKELY(proc != NULL) ? proc : som_parent_proc(c, nth, token, ev);
}

/* Defines a library's classes in order; what a library's entry does. */
static inline int som_define_library(uint32_t abi, som_class *(*const *define)(som_env *ev), size_t n, som_env *ev) {
	som_env own, *e = som_env_or(ev, &own);
	int code = SOM_OK;
	if (abi != SOM_ABI) {
		som_raise_system(e, "IDL:omg.org/CORBA/INITIALIZE:1.0", SOM_E_LIBRARY, SOM_COMPLETED_NO, "the class library is made for another version of libsom");
		code = SOM_E_LIBRARY;
	}
	for (size_t i = 0; i < n && code == SOM_OK; i++) {
		som_class *c = define[i](e);
		if (!c && e->major != SOM_NO_EXCEPTION) code = e->code ? (int)e->code : SOM_E_RAISED; /* else another library has it */
		som_release((som_ref)c);
	}
	som_env_done(ev, &own, NULL);
	return code;
}

/* What a method raises that nobody has written yet. */
static inline void som_not_written(som_env *ev, const char *method) {
	som_raise_system(ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, method);
}

/* ---- Exceptions ---- */

static inline int som_raised(const som_env *ev, const char *id) {
	return ev && ev->major == SOM_USER_EXCEPTION && ev->id && strcmp(ev->id, id) == 0;
}

/* Raises a user exception whose members are in value; without them it is one that says there was no memory. */
static inline void som_raise_value(som_env *ev, const char *id, void *value, void (*drop)(void *value)) {
	if (value)
		som_raise_user(ev, id, value, drop);
	else
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", SOM_E_MEMORY, SOM_COMPLETED_MAYBE, "no memory for an exception");
}

/* ---- Strings ---- */

/* A copy, ended by som_deallocate; NULL without memory, or of NULL. */
static inline char *som_string_copy(const char *s) {
	size_t n = s ? strlen(s) + 1 : 0;
	char *copy = n ? (char *)som_allocate(n) : NULL;
	return copy ? (char *)memcpy(copy, s, n) : NULL;
}
static inline uint16_t *som_wstring_copy(const uint16_t *s) {
	size_t n = 0;
	if (!s) return NULL;
	while (s[n++])
		;
	uint16_t *copy = (uint16_t *)som_allocate(n * sizeof *s);
	return copy ? (uint16_t *)memcpy(copy, s, n * sizeof *s) : NULL;
}

/* Memory for n elements, zeroed, or NULL. */
static inline void *som_elements(uint32_t n, size_t size) { return n > SIZE_MAX / size ? NULL : som_allocate(n * size); }

/* ---- Sequences of IDL's own types: som_seq_long and so on, each with som_seq_long_clear, _resize and _copy. A value that is
 * all zero is empty. clear ends what it holds; resize gives it n elements: those it had, and new ones that are zero, or without its last
 * ones, which end; copy takes its target for one that holds nothing. The last two answer SOM_E_MEMORY without memory: resize leaves the
 * sequence as it was, copy leaves an empty one ---- */

#define SOM_SEQUENCE(name, type, END_ELEMENT, COPY_ELEMENT) \
	typedef struct name { \
		uint32_t _maximum, _length; \
		type *_buffer; \
	} name; \
	static inline void name##_clear(name *s) { \
		for (uint32_t i = 0; i < s->_length; i++) \
			END_ELEMENT(s->_buffer[i]); \
		som_deallocate(s->_buffer); \
		memset(s, 0, sizeof *s); \
	} \
	static inline int name##_resize(name *s, uint32_t n) { \
		if (n == 0) { \
			name##_clear(s); \
			return SOM_OK; \
		} \
		if (n > s->_maximum) { \
			type *more = (type *)som_elements(n, sizeof(type)); \
			if (!more) return SOM_E_MEMORY; \
			if (s->_length) memcpy(more, s->_buffer, s->_length * sizeof(type)); \
			som_deallocate(s->_buffer); \
			s->_buffer = more; \
			s->_maximum = n; \
		} else if (n > s->_length) \
			memset(s->_buffer + s->_length, 0, (n - s->_length) * sizeof(type)); \
		for (uint32_t i = n; i < s->_length; i++) \
			END_ELEMENT(s->_buffer[i]); \
		s->_length = n; \
		return SOM_OK; \
	} \
	static inline int name##_copy(name *to, const name *from) { \
		memset(to, 0, sizeof *to); \
		if (name##_resize(to, from->_length) != SOM_OK) return SOM_E_MEMORY; \
		for (uint32_t i = 0; i < from->_length; i++) \
			if (!COPY_ELEMENT(to->_buffer[i], from->_buffer[i])) { \
				name##_clear(to); \
				return SOM_E_MEMORY; \
			} \
		return SOM_OK; \
	}
#define SOM_NOTHING(x) (void)(x)
#define SOM_PLAIN(to, from) ((to) = (from), 1)
#define SOM_TEXT(to, from) (((to) = som_string_copy(from)) || !(from))
#define SOM_SHARE(to, from) ((to) = som_retain(from), 1)
SOM_SEQUENCE(som_seq_boolean, uint8_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_octet, uint8_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_char, char, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_wchar, uint16_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_int8, int8_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_uint8, uint8_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_short, int16_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_ushort, uint16_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_long, int32_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_ulong, uint32_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_longlong, int64_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_ulonglong, uint64_t, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_float, float, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_double, double, SOM_NOTHING, SOM_PLAIN)
SOM_SEQUENCE(som_seq_string, char *, som_deallocate, SOM_TEXT)
SOM_SEQUENCE(som_seq_object, som_ref, som_release, SOM_SHARE)
#undef SOM_SEQUENCE
#undef SOM_NOTHING
#undef SOM_PLAIN
#undef SOM_TEXT
#undef SOM_SHARE

#endif
