/* bank.c: calls of the commonest signatures, for kernels without libffi: any result with none to three arguments of the
 * shapes below. */
#include "kernel.h"

#include <string.h>

#ifndef SOM_FFI
int bank_apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *to, som_env *ev);

#define HEAD som_ref, som_env *
#define T_b uint8_t
#define T_h int16_t
#define T_H uint16_t
#define T_i int32_t
#define T_I uint32_t
#define T_l int64_t
#define T_L uint64_t
#define T_f float
#define T_d double
#define T_s const char *
#define T_o som_ref
#define T_p void *

/* The call for one shape, whose result R is kept by KEEP. */
#define SHAPES(R, KEEP)                                                                                                    \
	if (!*in) { KEEP(((R(*)(HEAD))proc)(o, ev)) }                                                                      \
	ONE(b, R, KEEP) ONE(h, R, KEEP) ONE(H, R, KEEP) ONE(i, R, KEEP) ONE(I, R, KEEP) ONE(l, R, KEEP)          \
	ONE(L, R, KEEP) ONE(f, R, KEEP) ONE(d, R, KEEP) ONE(s, R, KEEP) ONE(o, R, KEEP) ONE(p, R, KEEP)                          \
	TWO(i, i, R, KEEP) TWO(l, l, R, KEEP) TWO(d, d, R, KEEP) TWO(s, s, R, KEEP) TWO(o, o, R, KEEP) TWO(s, i, R, KEEP)        \
	TWO(o, i, R, KEEP) TWO(p, p, R, KEEP) TWO(p, o, R, KEEP) TWO(s, o, R, KEEP) TWO(s, p, R, KEEP) TWO(b, p, R, KEEP) \
	if (!strcmp(in, "sii")) { KEEP(((R(*)(HEAD, T_s, T_i, T_i))proc)(o, ev, args[0].s, args[1].i, args[2].i)) }
#define ONE(a, R, KEEP)                                                                                                    \
	if (!strcmp(in, #a)) { KEEP(((R(*)(HEAD, T_##a))proc)(o, ev, args[0].a)) }
#define TWO(a, b, R, KEEP)                                                                                                 \
	if (!strcmp(in, #a #b)) { KEEP(((R(*)(HEAD, T_##a, T_##b))proc)(o, ev, args[0].a, args[1].b)) }
#define RESULT(letter)                                                                                                     \
	static int apply_##letter(som_proc *proc, const char *in, som_ref o, const som_value *args, som_value *to, som_env *ev) { \
		SHAPES(T_##letter, KEEP_##letter)                                                                              \
		return 0;                                                                                                      \
	}
#define KEEP_b(x) { to->b = x; return 1; }
#define KEEP_h(x) { to->h = x; return 1; }
#define KEEP_H(x) { to->H = x; return 1; }
#define KEEP_i(x) { to->i = x; return 1; }
#define KEEP_I(x) { to->I = x; return 1; }
#define KEEP_l(x) { to->l = x; return 1; }
#define KEEP_L(x) { to->L = x; return 1; }
#define KEEP_f(x) { to->f = x; return 1; }
#define KEEP_d(x) { to->d = x; return 1; }
#define KEEP_s(x) { to->s = x; return 1; }
#define KEEP_o(x) { to->o = x; return 1; }
#define KEEP_p(x) { to->p = x; return 1; }
#define KEEP_v(x) { (void)to; x; return 1; }
#define T_v void

RESULT(v) RESULT(b) RESULT(h) RESULT(H) RESULT(i) RESULT(I) RESULT(l) RESULT(L) RESULT(f) RESULT(d) RESULT(s) RESULT(o) RESULT(p)

int bank_apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *to, som_env *ev) {
	char in[MAX_ARGS + 1]; /* a char is passed as an octet is */
	for (size_t i = 0; i <= strlen(sig + 2); i++)
		in[i] = sig[2 + i] == 'c' ? 'b' : sig[2 + i];
	switch (sig[0]) {
	case 'v': return apply_v(proc, in, o, args, to, ev);
	case 'b': case 'c': return apply_b(proc, in, o, args, to, ev);
	case 'h': return apply_h(proc, in, o, args, to, ev);
	case 'H': return apply_H(proc, in, o, args, to, ev);
	case 'i': return apply_i(proc, in, o, args, to, ev);
	case 'I': return apply_I(proc, in, o, args, to, ev);
	case 'l': return apply_l(proc, in, o, args, to, ev);
	case 'L': return apply_L(proc, in, o, args, to, ev);
	case 'f': return apply_f(proc, in, o, args, to, ev);
	case 'd': return apply_d(proc, in, o, args, to, ev);
	case 's': return apply_s(proc, in, o, args, to, ev);
	case 'o': return apply_o(proc, in, o, args, to, ev);
	default: return apply_p(proc, in, o, args, to, ev);
	}
}
#else
typedef int bank_is_empty;
#endif
