/* scale.c: the class library of Scale, whose methods take numbers, fractions and objects in all the ways that cross by a frame, and of Weigher, which calls
 * them of whatever object and answers the line of what is not as it should be, or 0. */
#include "som.h"

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);

typedef double mix_f(som_ref, som_env *, int32_t, double, uint8_t, float, int64_t, uint8_t, int16_t, double);
typedef int64_t many_f(som_ref, som_env *, int64_t, int32_t, int16_t, uint8_t, uint32_t, uint16_t, int64_t, int32_t);
typedef float reals_f(som_ref, som_env *, float, double, float, double, float, double, float, double);
typedef int32_t outs_f(som_ref, som_env *, int32_t, double *, int16_t *, float *, uint8_t *, int64_t *);
typedef som_ref pass_f(som_ref, som_env *, som_ref, double, som_ref *);

static double mix(som_ref o, som_env *ev, int32_t a, double b, uint8_t c, float d, int64_t e, uint8_t f, int16_t g, double h) {
	(void)o;
	if (a == 13) som_raise_user(ev, "IDL:Animal/Tired:1.0", NULL, NULL);
	return a + 2 * b + 3 * c + 4 * d + 5 * (double)e + 6 * f + 7 * g + 8 * h;
}
static int64_t many(som_ref o, som_env *ev, int64_t a, int32_t b, int16_t c, uint8_t d, uint32_t e, uint16_t f, int64_t g, int32_t h) {
	return (void)o, (void)ev, a + 2 * b + 3 * c + 4 * d + 5 * (int64_t)e + 6 * f + 7 * g + 8 * h;
}
static float reals(som_ref o, som_env *ev, float a, double b, float c, double d, float e, double f, float g, double h) {
	return (void)o, (void)ev, (float)(a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h);
}
static int32_t outs(som_ref o, som_env *ev, int32_t a, double *half, int16_t *both, float *third, uint8_t *odd, int64_t *far) {
	(void)o, (void)ev;
	*half = a / 2.0, *both = (int16_t)(*both * -2), *third = (float)a / 4, *odd = a & 1, *far -= a;
	return -a;
}
static som_ref pass(som_ref o, som_env *ev, som_ref a, double b, som_ref *same) {
	(void)ev;
	*same = b > 0 ? som_retain(a) : NULL;
	return som_retain(o);
}

enum { MIX, MANY, REALS, OUTS, PASS, METHODS };
static struct { som_classdata c; som_tok m[METHODS]; } Scale;

#define CHECK(ok) if (!(ok) || ev->major) return __LINE__
static int32_t check(som_ref self, som_env *ev, som_ref o) {
	(void)self;
	CHECK(((mix_f *)som_resolve(o, Scale.m[MIX]))(o, ev, -1, 0.5, 255, -1.25f, INT64_C(-4000000000), 1, -7, 1e9) == -1 + 1 + 765 - 5 - 2e10 + 6 - 49 + 8e9);
	CHECK(((many_f *)som_resolve(o, Scale.m[MANY]))(o, ev, INT64_C(1) << 40, -2, -3, 200, 4000000000u, 65535, -7, -8) == (INT64_C(1) << 40) - 4 - 9 + 800 + 20000000000 + 393210 - 49 - 64);
	CHECK(((reals_f *)som_resolve(o, Scale.m[REALS]))(o, ev, 1, 2, 3, 4, 5, 6, 7, 8.5) == 208);
	double half = -1;
	float third = -1;
	int16_t both = -300;
	uint8_t odd = 9;
	int64_t far = INT64_C(1) << 50;
	CHECK(((outs_f *)som_resolve(o, Scale.m[OUTS]))(o, ev, 7, &half, &both, &third, &odd, &far) == -7);
	CHECK(half == 3.5 && third == 1.75f && both == 600 && odd == 1 && far == (INT64_C(1) << 50) - 7);
	som_ref same = self;
	const uint32_t refs = self->refs;
	som_ref got = ((pass_f *)som_resolve(o, Scale.m[PASS]))(o, ev, self, 1, &same);
	CHECK(got == o && same == self && self->refs == refs + 1);
	som_release(got);
	som_release(same);
	got = ((pass_f *)som_resolve(o, Scale.m[PASS]))(o, ev, NULL, -1, &same);
	CHECK(got == o && same == NULL && self->refs == refs);
	som_release(got);
	((mix_f *)som_resolve(o, Scale.m[MIX]))(o, ev, 13, 0, 0, 0, 0, 0, 0, 0);
	if (!ev->major) return __LINE__;
	som_env_clear(ev);
	if (som_class_of(o) == Scale.c.cls) return 0;
	((outs_f *)som_resolve(o, Scale.m[OUTS]))(o, ev, 7, &half, &both, &third, NULL, &far); /* which a class in Go looks at */
	if (!ev->major) return __LINE__;
	som_env_clear(ev);
	return 0;
}
/* Sums what many calls of mix answer. */
static double sum(som_ref self, som_env *ev, som_ref o, int64_t times) {
	double all = 0;
	(void)self;
	for (int64_t i = 0; i < times && !ev->major; i++)
		all += ((mix_f *)som_resolve(o, Scale.m[MIX]))(o, ev, 1, 0.5, 0, 0, 0, 0, 0, 0);
	return all;
}

int som_library_entry(uint32_t abi, som_env *ev) {
	static const som_method own[] = {{"mix", "d:idbflbhd", (som_proc *)mix, NULL, SOM_STATIC}, {"many", "l:lihbIHli", (som_proc *)many, NULL, SOM_STATIC},
		{"reals", "f:fdfdfdfd", (som_proc *)reals, NULL, SOM_STATIC}, {"outs", "i:ippppp", (som_proc *)outs, NULL, SOM_STATIC},
		{"pass", "o:odp", (som_proc *)pass, NULL, SOM_STATIC}};
	static const som_method caller[] = {{"check", "i:o", (som_proc *)check, NULL, SOM_STATIC}, {"sum", "d:ol", (som_proc *)sum, NULL, SOM_STATIC}};
	static const char *const names[] = {"mix", "many", "reals", "outs", "pass"};
	const som_class_desc scale = {.size_of = sizeof scale, .name = "Scale", .introduces = own, .nintroduces = METHODS, .method_size = sizeof *own},
		weigher = {.size_of = sizeof weigher, .name = "Weigher", .introduces = caller, .nintroduces = 2, .method_size = sizeof *caller};
	const som_binding b = {.size_of = sizeof b, .cls = "Scale", .methods = names, .nmethods = METHODS};
	if (abi != SOM_ABI) return SOM_E_LIBRARY;
	if (!som_class_define(&scale, ev) || !som_class_define(&weigher, ev) || som_class_bind(&b, &Scale.c, ev) != SOM_OK) return (int)ev->code;
	som_release((som_ref)Scale.c.cls); /* a class's own binding does not keep it */
	return SOM_OK;
}
