/* call.c: calls of methods, prepared when they are described. */
#include "inner.h"

#include <limits.h>

#ifdef SOMH_FFI
#include <ffi.h>
#endif

enum { BY_NOTHING, BY_WORDS, BY_DOUBLES, BY_FFI, BY_KERNEL };
enum { MAX_WORDS = 6, MAX_DOUBLES = 2 };

typedef uint64_t word;

static word word_of(char letter, const som_value *v) {
	switch (letter) {
	case 'b': case 'c': return v->b;
	case 'h': return (word)(int64_t)v->h;
	case 'H': return v->H;
	case 'i': return (word)(int64_t)v->i;
	case 'I': return v->u;
	case 'l': case 'L': return v->L;
	}
	return (word)(uintptr_t)v->p;
}

static void result_of(char letter, word w, som_value *to) {
	som_value v = {.L = 0};
	if (!to) return;
	switch (letter) {
	case 'v': break;
	case 'b': case 'c': v.b = (uint8_t)w; break;
	case 'h': case 'H': v.H = (uint16_t)w; break;
	case 'i': case 'I': v.u = (uint32_t)w; break;
	case 'l': case 'L': v.L = w; break;
	default: v.p = (void *)(uintptr_t)w;
	}
	*to = v;
}

#define O som_ref, som_env *
#define BY(T) \
	typedef T p0(O), p1(O, word), p2(O, word, word), p3(O, word, word, word), p4(O, word, word, word, word), p5(O, word, word, word, word, word), \
		p6(O, word, word, word, word, word, word); \
	switch (n) { \
	case 0: return ((p0 *)proc)(o, ev); \
	case 1: return ((p1 *)proc)(o, ev, w[0]); \
	case 2: return ((p2 *)proc)(o, ev, w[0], w[1]); \
	case 3: return ((p3 *)proc)(o, ev, w[0], w[1], w[2]); \
	case 4: return ((p4 *)proc)(o, ev, w[0], w[1], w[2], w[3]); \
	case 5: return ((p5 *)proc)(o, ev, w[0], w[1], w[2], w[3], w[4]); \
	} \
	return ((p6 *)proc)(o, ev, w[0], w[1], w[2], w[3], w[4], w[5]);

static word words(som_proc *proc, som_ref o, som_env *ev, const word *w, uint32_t n) { BY(word) }
static double words_d(som_proc *proc, som_ref o, som_env *ev, const word *w, uint32_t n) { BY(double) }
static float words_f(som_proc *proc, som_ref o, som_env *ev, const word *w, uint32_t n) { BY(float) }

#define DOUBLES(T) (n == 1 ? ((T(*)(O, double))proc)(o, ev, a[0].d) : ((T(*)(O, double, double))proc)(o, ev, a[0].d, a[1].d))

static void doubles(som_proc *proc, char letter, som_ref o, som_env *ev, const som_value *a, uint32_t n, som_value *to) {
	double d;
	switch (letter) {
	case 'd':
		d = DOUBLES(double);
		if (to) to->d = d;
		return;
	case 'v': DOUBLES(void); return;
	}
	result_of(letter, DOUBLES(word), to);
}

#ifdef SOMH_FFI
typedef struct prepared {
	ffi_cif cif;
	uint32_t result_at, result_size;
	ffi_type *types[];
} prepared;

static ffi_type *ffi_of(char letter) {
	switch (letter) {
	case 'v': return &ffi_type_void;
	case 'b': case 'c': return &ffi_type_uint8;
	case 'h': return &ffi_type_sint16;
	case 'H': return &ffi_type_uint16;
	case 'i': return &ffi_type_sint32;
	case 'I': return &ffi_type_uint32;
	case 'l': return &ffi_type_sint64;
	case 'L': return &ffi_type_uint64;
	case 'f': return &ffi_type_float;
	case 'd': return &ffi_type_double;
	}
	return &ffi_type_pointer;
}

/* An argument of eight bits that has a sign, which its letter does not tell: some compilers' code takes it that who calls has extended it. */
static bool is_signed(const somh_method *m, uint32_t i) {
	uint32_t kind = i < m->nparams && m->params[i].direction == SOMH_IN ? m->params[i].type->kind : SOMH_VOID;
	return kind == SOMH_INT8 || (kind == SOMH_CHAR && CHAR_MIN < 0);
}

static const char *prepare(somh_method *m) {
	prepared *p = keep(sizeof *p + (2 + m->nargs) * sizeof *p->types);
	if (!p) return "there is no memory";
	ffi_type *result = ffi_of(m->sig[0]);
	p->types[0] = p->types[1] = &ffi_type_pointer;
	for (uint32_t i = 0; i < m->nargs; i++)
		p->types[2 + i] = is_signed(m, i) ? &ffi_type_sint8 : ffi_of(m->sig[2 + i]);
	p->result_size = m->sig[0] == 'v' ? 0 : (uint32_t)result->size;
	enum { BIG = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ };
	if (BIG && strchr("bchHiI", m->sig[0]) && result->size < sizeof(ffi_arg)) p->result_at = (uint32_t)(sizeof(ffi_arg) - result->size);
	if (ffi_prep_cif(&p->cif, FFI_DEFAULT_ABI, 2 + m->nargs, result, p->types) != FFI_OK) return "libffi cannot make such a call";
	m->prepared = p;
	return NULL;
}

static void by_ffi(const somh_method *m, som_proc *proc, som_ref o, som_env *ev, const som_value *args, som_value *to) {
	const prepared *p = m->prepared;
	union { ffi_arg whole; som_value value; } r = {.value = {.L = 0}};
	void *at[2 + SOMH_MAX_ARGS] = {&o, &ev};
	for (uint32_t i = 0; i < m->nargs; i++)
		at[2 + i] = (void *)(uintptr_t)&args[i];
	ffi_call((ffi_cif *)(uintptr_t)&p->cif, proc, &r, at);
	if (to) to->L = 0, memcpy(to, (char *)&r + p->result_at, p->result_size);
}
#endif

const char *plan_call(somh_method *m) {
	const char *args = m->sig + 2;
	uint32_t n = m->nargs, of_words = 0, of_doubles = 0;
	for (uint32_t i = 0; i < n; i++) {
		of_words += args[i] != 'f' && args[i] != 'd';
#ifdef SOMH_FFI
		of_words -= is_signed(m, i);
#endif
		of_doubles += args[i] == 'd';
	}
	m->plan = BY_NOTHING;
	if (SOMH_WORDS && n <= MAX_WORDS && of_words == n) m->plan = BY_WORDS;
	else if (SOMH_WORDS && n && n <= MAX_DOUBLES && of_doubles == n && m->sig[0] != 'f') m->plan = BY_DOUBLES;
	if (m->plan != BY_NOTHING) return NULL;
#ifdef SOMH_FFI
	m->plan = BY_FFI;
	return prepare(m);
#else
	m->plan = BY_KERNEL;
	return NULL;
#endif
}

int somh_call(const somh_method *m, som_proc *proc, som_ref o, const som_value *args, som_value *result, som_env *ev) {
	som_env *given = m->flags & SOMH_OIDL ? NULL : ev;
	word w[MAX_WORDS];
	double d;
	float f;
	if (m->why) return raise_code(ev, SOM_E_METHOD, "%s::%s cannot be called: %s", m->cls->name, m->name, m->why);
	if (!o && m->kind != SOM_PROCEDURE) return raise_code(ev, SOM_E_TYPE, "%s::%s is called without an object", m->cls->name, m->name);
	if (!proc) proc = m->kind == SOM_PROCEDURE ? m->proc : som_resolve(o, m->token);
	if (!proc) return raise_code(ev, SOM_E_ABSTRACT, "nobody implements %s::%s", m->cls->name, m->name);
	switch (m->plan) {
	case BY_WORDS:
		for (uint32_t i = 0; i < m->nargs; i++)
			w[i] = word_of(m->sig[2 + i], &args[i]);
		switch (m->sig[0]) {
		case 'd':
			d = words_d(proc, o, given, w, m->nargs);
			if (result) result->d = d;
			break;
		case 'f':
			f = words_f(proc, o, given, w, m->nargs);
			if (result) result->L = 0, result->f = f;
			break;
		default: result_of(m->sig[0], words(proc, o, given, w, m->nargs), result);
		}
		return SOM_OK;
	case BY_DOUBLES: doubles(proc, m->sig[0], o, given, args, m->nargs, result); return SOM_OK;
#ifdef SOMH_FFI
	case BY_FFI: by_ffi(m, proc, o, given, args, result); return SOM_OK;
#endif
	}
	return som_apply(proc, m->sig, o, args, result, given);
}

som_ref somh_new(const somh_class *c, som_ref *is, som_env *ev) {
	som_found f = {.size_of = sizeof f, .as = "o:"};
	if (som_lookup(som_class_class(), "somNew", &f, NULL) != SOM_OK || som_resolve((som_ref)(void *)c->cls, f.token) != som_class_proc(som_class_class(), f.token)) return som_new(c->cls, ev);
	som_making *m = som_begin(c->cls, ev);
	if (!m) return NULL;
	*is = som_made(m);
	return som_end(m, ev);
}

som_ref somh_make(const somh_class *c, const somh_method *m, const som_value *args, som_env *ev) {
	som_value all[SOMH_MAX_ARGS];
	if (m->why || !(m->flags & SOMH_INIT) || m->nargs == 0) return raise_code(ev, SOM_E_METHOD, "%s::%s is no initializer: %s", m->cls->name, m->name, m->why ? m->why : "it is a method"), NULL;
	som_proc *proc = som_class_proc(c->cls, m->token);
	if (!proc) return raise_code(ev, SOM_E_ABSTRACT, "class %s has no initializer %s::%s", c->name, m->cls->name, m->name), NULL;
	som_making *making = som_begin(c->cls, ev);
	if (!making) return NULL;
	all[0].p = making;
	if (m->nargs > 1) memcpy(all + 1, args, (m->nargs - 1) * sizeof *args);
	somh_call(m, proc, som_made(making), all, NULL, ev);
	return som_end(making, ev);
}
