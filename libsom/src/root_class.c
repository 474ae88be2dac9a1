/* root_class.c: SOMClass: its methods in the order of SOM 3.0. Those that built classes piece by piece, or told of the tables of
 * IBM's kernel, have places answer with an error that says so: som_class_define is the one way, som_class_describe says what there is. */
#include "kernel.h"

static klass *self(som_ref c) { return K((som_class *)c); }

static som_ref new(som_ref c, som_env *ev) { return som_create((som_class *)c, ev); }
static som_ref new_raw(som_ref c, som_env *ev) { return new_object(self(c), NULL, true, false, ev); }
static som_ref renew(som_ref c, som_env *ev, void *p) { return p ? new_object(self(c), p, true, true, ev) : NULL; }
static som_ref renew_raw(som_ref c, som_env *ev, void *p) { return p ? new_object(self(c), p, true, false, ev) : NULL; }
static som_ref renew_dirty(som_ref c, som_env *ev, void *p) { return p ? new_object(self(c), p, false, true, ev) : NULL; }
static som_ref renew_raw_dirty(som_ref c, som_env *ev, void *p) { return p ? new_object(self(c), p, false, false, ev) : NULL; }

static void *allocate(som_ref c, som_env *ev, int32_t size) {
	void *p = size < 0 ? NULL : som_allocate((size_t)size);
	return p ? p : (no_memory(ev, self(c)->info.name), NULL);
}

static void deallocate(som_ref c, som_env *ev, void *p) { (void)c, (void)ev, give(p); }

static void ready(som_ref c, som_env *ev) { (void)c, (void)ev; }
static const char *name(som_ref c, som_env *ev) { return (void)ev, self(c)->info.name; }
static uint8_t descended(som_ref c, som_env *ev, som_ref from) { return is_class(from, ev) && descends(self(c), self(from)); }

static uint8_t check_version(som_ref c, som_env *ev, int32_t major, int32_t minor) {
	return (void)ev, major >= 0 && minor >= 0 && som_class_check_version((som_class *)c, (uint32_t)major, (uint32_t)minor, NULL) == SOM_OK;
}

static void version(som_ref c, som_env *ev, int32_t *a, int32_t *b) { (void)ev, *a = (int32_t)self(c)->info.major, *b = (int32_t)self(c)->info.minor; }

/* ---- Methods by name ---- */

static uint8_t method_data(som_ref c, som_env *ev, const char *method, som_found *to) {
	*to = (som_found){.size_of = sizeof *to};
	return som_lookup((som_class *)c, method, to, ev) == SOM_OK;
}

static som_found found_by(som_ref c, const char *method, som_env *ev) {
	som_found f;
	method_data(c, ev, method, &f);
	return f;
}

static som_proc *lookup_method(som_ref c, som_env *ev, const char *method) { return found_by(c, method, ev).proc; }
static const char *descriptor(som_ref c, som_env *ev, const char *method) { return found_by(c, method, ev).sig; }
static int64_t method_token(som_ref c, som_env *ev, const char *method) { return found_by(c, method, ev).token; }

uint8_t supports(som_ref c, som_env *ev, const char *method) { /* some method of the name, whose ever */
	int code = som_lookup((som_class *)c, method, &(som_found){.size_of = sizeof(som_found)}, NULL);
	return (void)ev, code == SOM_OK || code == SOM_E_AMBIGUOUS;
}

static uint8_t find_ok(som_ref c, som_env *ev, const char *method, som_proc **to) {
	som_found f = found_by(c, method, ev);
	*to = f.proc;
	return f.token != 0;
}

static uint8_t find(som_ref c, som_env *ev, const char *method, som_proc **to) { return (void)ev, find_ok(c, NULL, method, to); }

static som_proc *find_static_ok(som_ref c, som_env *ev, const char *method) {
	som_found f = found_by(c, method, ev);
	if (f.proc && !f.token) fail(ev, SOM_E_UNKNOWN, "class %s: %s is no static method", self(c)->info.name, method);
	return f.token ? f.proc : NULL;
}

static som_proc *find_static(som_ref c, som_env *ev, const char *method) { return (void)ev, find_static_ok(c, NULL, method); }
static void override_static(som_ref c, som_env *ev, const char *method, som_proc *proc) {
	if (find_static_ok(c, ev, method)) som_class_replace((som_class *)c, found_by(c, method, ev).token, proc, ev);
}
static void add_dynamic(som_ref c, som_env *ev, const char *method, const char *sig, som_proc *proc) { som_class_add((som_class *)c, method, sig, proc, ev); }

static som_ref implements(som_ref c, som_env *ev, int64_t token) {
	const klass *k = owner(self(c), (som_tok)token);
	return (void)ev, k ? &C(k)->object : NULL;
}

static som_proc *defined(som_ref c, som_env *ev, int64_t token) { return (void)ev, own_impl(self(c), (som_tok)token); }

/* ---- What there is of it ---- */

static int32_t count_methods(som_ref c, bool dynamics) {
	int32_t n = 0;
	for (uint32_t i = 0; i < self(c)->info.norder; i++) {
		n += (int32_t)order_at(self(c), i)->slots;
		for (const dynamic *d = dynamics ? __atomic_load_n(&order_at(self(c), i)->dynamics, __ATOMIC_ACQUIRE) : NULL; d; d = d->next)
			n++;
	}
	return n;
}

static int32_t static_methods(som_ref c, som_env *ev) { return (void)ev, count_methods(c, false); }
static int32_t all_methods(som_ref c, som_env *ev) { return (void)ev, count_methods(c, true); }
static int32_t instance_size(som_ref c, som_env *ev) { return (void)ev, (int32_t)(SOM_HEAD + self(c)->info.data_size); }
static int32_t part_size(som_ref c, som_env *ev) { return (void)ev, (int32_t)self(c)->info.part_size; }
static int32_t alignment(som_ref c, som_env *ev) { return (void)ev, (int32_t)self(c)->info.data_align; }
static const void *own_table(som_ref c, som_env *ev) { return (void)ev, self(c)->row; }
static int64_t data_token(som_ref c, som_env *ev) { return (void)ev, self(c)->base + WORD_SIZE; }
static const void *parents(som_ref c, som_env *ev, uint32_t *n) { return (void)ev, *n = self(c)->info.nparents, self(c)->info.parents; }
static const void *offsets(som_ref c, som_env *ev, uint32_t *n) { return (void)ev, *n = self(c)->info.nlayout, self(c)->info.layout; }
static const void *inits(som_ref c, som_env *ev, uint32_t *n) { return (void)ev, *n = self(c)->info.nfirst_inits, self(c)->info.first_inits; }

/* ---- What cannot be done here ---- */

UNFIT(somInitMIClass, "use som_class_define") UNFIT(somAddStaticMethod, "use som_class_define") UNFIT(somOverrideMtab, "use som_class_define")
UNFIT(somSetClassData, "use som_class_bind") UNFIT(somGetClassData, "use som_class_bind") UNFIT(somGetMarshalPlan, "use the class's typelib")
UNFIT(somGetApplyStub, "use som_apply") UNFIT(somGetRdStub, "use som_closure") UNFIT(somClassOfNewClassWithParents, "use som_class_join")
UNFIT(somGetMethodIndex, "use som_class_describe") UNFIT(somGetNthMethodInfo, "use som_class_describe") UNFIT(somGetPClsMtab, "use som_parent_row")
UNFIT(somGetNthMethodData, "use som_class_describe") UNFIT(somGetMemberToken, "use somGetInstanceToken, and an offset")
UNFIT(somJoin, "IBM has not said what it does") UNFIT(somEndow, "IBM has not said what it does")

static const som_method methods[] = {
	HAS(somNew, "o:", new), HAS(somRenew, "o:p", renew), GONE(somcPrivate1), HAS(somClassReady, "v:", ready), HAS(somGetName, "s:", name), GONE(somcPrivate2),
	HAS(somDescendedFrom, "b:o", descended), HAS(somCheckVersion, "b:ii", check_version), HAS(somFindMethod, "b:sp", find),
	HAS(somFindMethodOk, "b:sp", find_ok), HAS(somSupportsMethod, "b:s", supports), HAS(somGetNumMethods, "i:", all_methods),
	HAS(somGetInstanceSize, "i:", instance_size), GONE(somcPrivate3), HAS(somGetInstancePartSize, "i:", part_size), LACKS(somGetMethodIndex, "i:s"),
	HAS(somGetNumStaticMethods, "i:", static_methods), LACKS(somGetPClsMtab, "p:"), HAS(somGetClassMtab, "p:", own_table), LACKS(somAddStaticMethod, "l:ssppp"),
	HAS(somOverrideSMethod, "v:sp", override_static), HAS(somAddDynamicMethod, "v:ssp", add_dynamic), GONE(somcUnused1), LACKS(somGetApplyStub, "p:s"),
	HAS(somFindSMethod, "p:s", find_static), HAS(somFindSMethodOk, "p:s", find_static_ok), HAS(somGetMethodDescriptor, "s:s", descriptor),
	LACKS(somGetNthMethodInfo, "s:ip"), LACKS(somSetClassData, "v:p"), LACKS(somGetClassData, "p:"), HAS(somNewNoInit, "o:", new_raw),
	HAS(somRenewNoInit, "o:p", renew_raw), HAS(somGetInstanceToken, "l:", data_token), LACKS(somGetMemberToken, "l:il"), GONE(somcUnused2),
	HAS(somGetMethodData, "b:sp", method_data), LACKS(somOverrideMtab, "v:"), HAS(somGetMethodToken, "l:s", method_token), HAS(somGetParents, "p:p", parents),
	GONE(somUnused3), LACKS(somInitMIClass, "v:isppiiiii"), HAS(somGetVersionNumbers, "v:pp", version), HAS(somLookupMethod, "p:s", lookup_method),
	HAS(_get_somInstanceDataOffsets, "p:p", offsets), HAS(somRenewNoZero, "o:p", renew_dirty), HAS(somRenewNoInitNoZero, "o:p", renew_raw_dirty),
	HAS(somAllocate, "p:i", allocate), HAS(somDeallocate, "v:p", deallocate), LACKS(somGetRdStub, "p:s"), LACKS(somGetNthMethodData, "b:ip"), GONE(somcPrivate8),
	GONE(somcPrivate9), HAS(_get_somDirectInitClasses, "p:p", inits), GONE(somcPrivate10), GONE(somcPrivate11), GONE(somcPrivate12), GONE(somcPrivate13),
	GONE(somcPrivate14), HAS(somMethodImplOwner, "o:l", implements), GONE(somcPrivate15), GONE(somcPrivate16), HAS(somDefinedMethod, "p:l", defined),
	GONE(somcPrivate17), GONE(somcPrivate18), GONE(somcPrivate19), LACKS(somClassOfNewClassWithParents, "o:pIo"), GONE(somcPrivate20), GONE(somcUnused5),
	GONE(somcUnused6), GONE(somcUnused7), HAS(_get_somDataAlignment, "i:", alignment), GONE(somcPrivate21), GONE(somcUnused8), GONE(somcPrivate22),
	GONE(somcUnused9), GONE(somcUnused10), LACKS(somGetMarshalPlan, "p:s"), GONE(somcUnused11), GONE(somPrivate23), LACKS(somJoin, "o:os"),
	LACKS(somEndow, "o:o"),
};

const som_class_desc class_desc = ROOT(SOMClass, 1, 6);
