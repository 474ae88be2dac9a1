/* root_class.c: SOMClass: its methods in the order of SOM 3.0. Those that built classes piece by piece have places but no
 * implementation: som_class_define is the one way. */
#include "kernel.h"

#include <string.h>

static klass *self(som_ref c) { return K((som_class *)c); }

static som_ref new(som_ref c, som_env *ev) { return som_create((som_class *)c, ev); }
static som_ref new_raw(som_ref c, som_env *ev) { return new_object(self(c), NULL, true, false, ev); }
static som_ref renew(som_ref c, som_env *ev, void *p) { return p ? new_object(self(c), p, true, true, ev) : NULL; }
static som_ref renew_raw(som_ref c, som_env *ev, void *p) { return p ? new_object(self(c), p, true, false, ev) : NULL; }
static som_ref renew_dirty(som_ref c, som_env *ev, void *p) { return p ? new_object(self(c), p, false, true, ev) : NULL; }
static som_ref renew_raw_dirty(som_ref c, som_env *ev, void *p) { return p ? new_object(self(c), p, false, false, ev) : NULL; }

static void ready(som_ref c, som_env *ev) { (void)c, (void)ev; }
static const char *name(som_ref c, som_env *ev) { return (void)ev, self(c)->info.name; }

static uint8_t descended(som_ref c, som_env *ev, som_ref from) {
	if (from && from->flags & F_CLASS) return descends(self(c), self(from));
	return fail(ev, SOM_E_TYPE, "a class is asked for"), 0;
}

static uint8_t check_version(som_ref c, som_env *ev, int32_t major, int32_t minor) {
	(void)ev;
	return major >= 0 && minor >= 0 && som_class_check_version((som_class *)c, (uint32_t)major, (uint32_t)minor, NULL) == SOM_OK;
}

static som_found found_by(som_ref c, const char *method, som_env *ev) {
	som_found f = {.size_of = sizeof f};
	som_lookup((som_class *)c, method, &f, ev);
	return f;
}

static uint8_t find_ok(som_ref c, som_env *ev, const char *method, som_proc **to) {
	som_found f = found_by(c, method, ev);
	*to = f.proc;
	return f.token != 0;
}

static uint8_t find(som_ref c, som_env *ev, const char *method, som_proc **to) { return (void)ev, find_ok(c, NULL, method, to); }
static som_proc *lookup_method(som_ref c, som_env *ev, const char *method) { return found_by(c, method, ev).proc; }
static const char *descriptor(som_ref c, som_env *ev, const char *method) { return found_by(c, method, ev).sig; }
static int64_t method_token(som_ref c, som_env *ev, const char *method) { return found_by(c, method, ev).token; }

static som_proc *find_static_ok(som_ref c, som_env *ev, const char *method) {
	som_found f = found_by(c, method, ev);
	if (f.proc && !f.token)
		fail(ev, SOM_E_UNKNOWN, "class %s: %s is no static method", self(c)->info.name, method);
	return f.token ? f.proc : NULL;
}

static som_proc *find_static(som_ref c, som_env *ev, const char *method) { return (void)ev, find_static_ok(c, NULL, method); }

static uint8_t supports(som_ref c, som_env *ev, const char *method) {
	found f;
	(void)ev;
	return method && lookup(self(c), method, &f, NULL) == SOM_OK;
}

static int32_t count_static(som_ref c, som_env *ev) {
	uint32_t n = 0;
	(void)ev;
	for (uint32_t i = 0; i < self(c)->info.norder; i++)
		n += order_at(self(c), i)->slots;
	return (int32_t)n;
}

static int32_t count_methods(som_ref c, som_env *ev) {
	uint32_t n = (uint32_t)count_static(c, ev);
	for (uint32_t i = 0; i < self(c)->info.norder; i++)
		for (const dynamic *d = __atomic_load_n(&order_at(self(c), i)->dynamics, __ATOMIC_ACQUIRE); d; d = d->next)
			n++;
	return (int32_t)n;
}

static int32_t instance_size(som_ref c, som_env *ev) { return (void)ev, (int32_t)(SOM_HEAD + self(c)->info.data_size); }
static int32_t part_size(som_ref c, som_env *ev) { return (void)ev, (int32_t)self(c)->info.part_size; }
static int32_t alignment(som_ref c, som_env *ev) { return (void)ev, (int32_t)self(c)->info.data_align; }

/* The nth method in the order of the table: ancestors from the root, each in its release order. */
static const som_method_info *nth(som_ref c, uint32_t n, const klass **in) {
	for (uint32_t i = self(c)->info.norder; i-- > 0;) {
		*in = order_at(self(c), i);
		for (uint32_t m = 0; m < (*in)->info.nintroduces; m++) {
			const som_method_info *info = &(*in)->info.introduces[m];
			if (info->token && !info->migrated && n-- == 0) return info;
		}
	}
	return NULL;
}

static int32_t method_index(som_ref c, som_env *ev, const char *method) {
	found f;
	const klass *in;
	if (!method || lookup(self(c), method, &f, ev) != SOM_OK || !f.info) return -1;
	for (uint32_t n = 0;; n++) {
		const som_method_info *info = nth(c, n, &in);
		if (!info || info == f.info) return info ? (int32_t)n : -1;
	}
}

static const char *nth_info(som_ref c, som_env *ev, int32_t n, const char **sig) {
	const klass *in;
	const som_method_info *info = n < 0 ? NULL : nth(c, (uint32_t)n, &in);
	(void)ev;
	if (info && sig) *sig = info->sig;
	return info ? info->name : NULL;
}

static uint8_t nth_data(som_ref c, som_env *ev, int32_t n, som_found *to) {
	const klass *in;
	char qualified[MAX_DERIVED + MAX_NAME + 3];
	const som_method_info *info = n < 0 ? NULL : nth(c, (uint32_t)n, &in);
	if (!info) return 0;
	strcpy(qualified, in->info.name);
	strcat(strcat(qualified, "::"), info->name);
	to->size_of = sizeof *to;
	return som_lookup((som_class *)c, qualified, to, ev) == SOM_OK;
}

static uint8_t method_data(som_ref c, som_env *ev, const char *method, som_found *to) {
	to->size_of = sizeof *to;
	return som_lookup((som_class *)c, method, to, ev) == SOM_OK;
}

static const void *own_table(som_ref c, som_env *ev) { return (void)ev, self(c)->row; }
static const void *parent_table(som_ref c, som_env *ev) { return (void)ev, som_parent_row((som_class *)c, 0); }
static void add_dynamic(som_ref c, som_env *ev, const char *method, const char *sig, som_proc *proc) { som_class_add((som_class *)c, method, sig, proc, ev); }
static int64_t data_token(som_ref c, som_env *ev) { return (void)ev, self(c)->base + WORD_SIZE; }
static int64_t member_token(som_ref c, som_env *ev, int32_t offset, int64_t token) { return (void)c, (void)ev, token + offset; }

static const void *parents(som_ref c, som_env *ev, uint32_t *n) { return (void)ev, *n = self(c)->info.nparents, self(c)->info.parents; }
static const void *offsets(som_ref c, som_env *ev, uint32_t *n) { return (void)ev, *n = self(c)->info.nlayout, self(c)->info.layout; }
static const void *inits(som_ref c, som_env *ev, uint32_t *n) { return (void)ev, *n = self(c)->info.ninits, self(c)->info.inits; }

static void version(som_ref c, som_env *ev, int32_t *major, int32_t *minor) {
	(void)ev;
	*major = (int32_t)self(c)->info.major;
	*minor = (int32_t)self(c)->info.minor;
}

static void *memory(som_ref c, som_env *ev, int32_t n) {
	void *p = n < 0 ? NULL : som_allocate((size_t)n);
	if (!p) no_memory(ev, self(c)->info.name);
	return p;
}

static void end_of_memory(som_ref c, som_env *ev, void *p) {
	(void)c, (void)ev;
	som_deallocate(p);
}

static som_ref implements(som_ref c, som_env *ev, int64_t token) {
	const klass *k = owner(self(c), (som_tok)token);
	(void)ev;
	return k ? &C(k)->object : NULL;
}

static som_proc *defined(som_ref c, som_env *ev, int64_t token) { return (void)ev, own_impl(self(c), (som_tok)token); }

static som_ref solve(som_ref c, som_env *ev, som_class **of, uint32_t n, som_class *explicit_one) {
	klass *all[MAX_PARENTS];
	if (n == 0 || n > MAX_PARENTS)
		return fail(ev, SOM_E_PARENTS, "a class has from 1 to %d parents, not %u", MAX_PARENTS, n), NULL;
	lock();
	for (uint32_t i = 0; i < n; i++)
		all[i] = K(of[i]);
	klass *m = derive_metaclass(self(c)->info.name, all, n, explicit_one ? K(explicit_one) : NULL, ev);
	unlock();
	return m ? &C(m)->object : NULL;
}

static const som_method methods[] = {
	METHOD("somNew", "o:", new), METHOD("somRenew", "o:p", renew), RETIRED("somcPrivate1"), METHOD("somClassReady", "v:", ready),
	METHOD("somGetName", "s:", name), RETIRED("somcPrivate2"), METHOD("somDescendedFrom", "b:o", descended),
	METHOD("somCheckVersion", "b:ii", check_version), METHOD("somFindMethod", "b:sp", find), METHOD("somFindMethodOk", "b:sp", find_ok),
	METHOD("somSupportsMethod", "b:s", supports), METHOD("somGetNumMethods", "i:", count_methods),
	METHOD("somGetInstanceSize", "i:", instance_size), RETIRED("somcPrivate3"), METHOD("somGetInstancePartSize", "i:", part_size),
	METHOD("somGetMethodIndex", "i:s", method_index), METHOD("somGetNumStaticMethods", "i:", count_static),
	METHOD("somGetPClsMtab", "p:", parent_table), METHOD("somGetClassMtab", "p:", own_table), WITHOUT("somAddStaticMethod"),
	WITHOUT("somOverrideSMethod"), METHOD("somAddDynamicMethod", "v:ssp", add_dynamic), RETIRED("somcUnused1"), WITHOUT("somGetApplyStub"),
	METHOD("somFindSMethod", "p:s", find_static), METHOD("somFindSMethodOk", "p:s", find_static_ok),
	METHOD("somGetMethodDescriptor", "s:s", descriptor), METHOD("somGetNthMethodInfo", "s:ip", nth_info), WITHOUT("somSetClassData"),
	WITHOUT("somGetClassData"), METHOD("somNewNoInit", "o:", new_raw), METHOD("somRenewNoInit", "o:p", renew_raw),
	METHOD("somGetInstanceToken", "l:", data_token), METHOD("somGetMemberToken", "l:il", member_token), RETIRED("somcUnused2"),
	METHOD("somGetMethodData", "b:sp", method_data), WITHOUT("somOverrideMtab"), METHOD("somGetMethodToken", "l:s", method_token),
	METHOD("somGetParents", "p:p", parents), RETIRED("somUnused3"), WITHOUT("somInitMIClass"), METHOD("somGetVersionNumbers", "v:pp", version),
	METHOD("somLookupMethod", "p:s", lookup_method), METHOD("_get_somInstanceDataOffsets", "p:p", offsets),
	METHOD("somRenewNoZero", "o:p", renew_dirty), METHOD("somRenewNoInitNoZero", "o:p", renew_raw_dirty), METHOD("somAllocate", "p:i", memory),
	METHOD("somDeallocate", "v:p", end_of_memory), WITHOUT("somGetRdStub"), METHOD("somGetNthMethodData", "b:ip", nth_data),
	RETIRED("somcPrivate8"), RETIRED("somcPrivate9"), METHOD("_get_somDirectInitClasses", "p:p", inits), RETIRED("somcPrivate10"),
	RETIRED("somcPrivate11"), RETIRED("somcPrivate12"), RETIRED("somcPrivate13"), RETIRED("somcPrivate14"),
	METHOD("somMethodImplOwner", "o:l", implements), RETIRED("somcPrivate15"), RETIRED("somcPrivate16"), METHOD("somDefinedMethod", "p:l", defined),
	RETIRED("somcPrivate17"), RETIRED("somcPrivate18"), RETIRED("somcPrivate19"), METHOD("somClassOfNewClassWithParents", "o:pIo", solve),
	RETIRED("somcPrivate20"), RETIRED("somcUnused5"), RETIRED("somcUnused6"), RETIRED("somcUnused7"), METHOD("_get_somDataAlignment", "i:", alignment),
	RETIRED("somcPrivate21"), RETIRED("somcUnused8"), RETIRED("somcPrivate22"), RETIRED("somcUnused9"), RETIRED("somcUnused10"),
	WITHOUT("somGetMarshalPlan"), RETIRED("somcUnused11"), RETIRED("somPrivate23"), WITHOUT("somJoin"), WITHOUT("somEndow"),
};

const som_class_desc class_desc = {.size_of = sizeof class_desc, .name = "SOMClass", .major = 1, .minor = 6, .introduces = methods,
	.nintroduces = sizeof methods / sizeof methods[0], .method_size = sizeof(som_method)};
