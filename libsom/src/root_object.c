/* root_object.c: SOMObject: its methods in the order of SOM 3.0, retired places kept. */
#include "kernel.h"

static void plain(som_ref o, som_env *ev) { (void)o, (void)ev; }

static void free_object(som_ref o, som_env *ev) {
	const uint32_t refs = __atomic_load_n(&o->refs, __ATOMIC_ACQUIRE);
	refs <= 1 ? som_release(o) : (void)fail(ev, SOM_E_BUSY, "an object of class %s has %u references; som_release gives back one", class_of(o)->info.name, refs);
}
static const char *class_name(som_ref o, som_env *ev) { return (void)ev, class_of(o)->info.name; }
static som_ref get_class(som_ref o, som_env *ev) { return (void)ev, &som_class_of(o)->object; }

bool no_class(const som_object *c, som_env *ev) {
	return fail(ev, SOM_E_TYPE, "a class is asked for, an object of class %s given", !c ? "(none)" : is_freed(c) ? "(destroyed)" : class_of(c)->info.name), false;
}

static uint8_t is_a(som_ref o, som_env *ev, som_ref c) { return is_class(c, ev) && som_is_a(o, (som_class *)c); }
static uint8_t is_instance(som_ref o, som_env *ev, som_ref c) { return is_class(c, ev) && som_class_of(o) == (som_class *)c; }

static uint8_t responds(som_ref o, som_env *ev, const char *method) { return supports(&som_class_of(o)->object, ev, method); }

static int32_t get_size(som_ref o, som_env *ev) { return (void)ev, (int32_t)(SOM_HEAD + class_of(o)->info.data_size); }

static void dump_parts(som_ref o, som_env *ev, int32_t level) {
	const som_class_info *i = &class_of(o)->info;
	(void)ev;
	for (uint32_t p = 0; p < i->nlayout; p++) {
		const uint8_t *data = (uint8_t *)o + SOM_HEAD + i->layout[p].offset;
		print("%*s%s:", 2 * (int)(level & 31), "", K(i->layout[p].cls)->info.name);
		for (uint64_t b = 0; b < i->layout[p].size && b < 64; b++)
			print(" %02x", data[b]);
		print(i->layout[p].size > 64 ? " …\n" : "\n");
	}
}

static som_ref print_self(som_ref o, som_env *ev) { return (void)ev, print("{an instance of class %s at %p}\n", class_of(o)->info.name, (void *)o), o; }

static void dump(som_ref o, som_env *ev, int32_t level) {
	found f;
	print("%*s", 2 * (int)(level & 31), "");
	print_self(o, ev);
	if (lookup(class_of(o), 0, "SOMObject::somDumpSelfInt", &f, ev) == SOM_OK)
		((void (*)(som_ref, som_env *, int32_t))*word_at(class_of(o)->row, f.info->token))(o, ev, level + 1);
}

static int32_t class_dispatch(som_ref o, som_env *ev, som_ref c, const char *method, const som_value *args, uint32_t n, som_value *to) {
	som_found f = {.size_of = sizeof f};
	if (!is_class(c, ev)) return SOM_E_TYPE;
	if (!som_is_a(o, (som_class *)c)) return fail(ev, SOM_E_TYPE, "an object of class %s is no %s", class_of(o)->info.name, K((som_class *)c)->info.name);
	int code = som_lookup((som_class *)c, method, &f, ev);
	return code == SOM_OK ? call_found(f.proc, f.sig, o, method, args, n, to, ev) : code;
}

static int32_t dispatch(som_ref o, som_env *ev, const char *method, const som_value *args, uint32_t n, som_value *to) {
	return som_dispatch(o, method, args, n, to, ev);
}

static uint8_t cast(som_ref o, som_env *ev, som_ref c) { return is_class(c, ev) && som_cast(o, (som_class *)c, ev) == SOM_OK; }
static uint8_t uncast(som_ref o, som_env *ev) { return (void)ev, som_uncast(o), 1; }

/* The control of SOM's initializers is som_making here, which does not come by this way: som_end has seen to what it makes, and perhaps raised. */
static void init(som_ref o, som_env *ev, void *control) {
	const uint32_t flags = __atomic_load_n(&o->flags, __ATOMIC_RELAXED);
	(void)control;
	if (flags & F_BEGUN || (flags & F_MAKING && (!(flags & F_MADE) || (ev && ev->major != SOM_NO_EXCEPTION)))) return;
	__atomic_or_fetch(&o->flags, F_BEGUN, __ATOMIC_RELAXED);
	if (flags & F_MAKING) return;
	WITH_ENV(e, ev);
	initialise(o, class_of(o), e);
}

static void destruct(som_ref o, som_env *ev, uint8_t release_memory, void *control) {
	const klass *k = class_of(o);
	(void)ev, (void)control;
	end_parts(o, k);
	if (o->flags & F_DYING) return; /* the last release ends the memory, or whoever undoes a beginning */
	release_memory || o->flags & F_PLACED ? end_memory(o, k) : (void)unbegun(o, k);
}

static void take_from(som_ref o, som_ref from, bool assign, som_env *ev) {
	WITH_ENV(e, ev);
	if (from && som_is_a(from, som_class_of(o)))
		transfer(o, from, assign, e);
	else
		fail(e, SOM_E_TYPE, "an object of class %s takes nothing of one of class %s", class_of(o)->info.name, from ? class_of(from)->info.name : "(none)");
	if (!assign && e->major == SOM_NO_EXCEPTION) __atomic_or_fetch(&o->flags, F_BEGUN, __ATOMIC_RELAXED);
}

static void copy(som_ref o, som_env *ev, void *control, som_ref from) { (void)control, take_from(o, from, false, ev); }
static void assign(som_ref o, som_env *ev, void *control, som_ref from) { (void)control, take_from(o, from, true, ev); }

static const som_method methods[] = {
	HAS(somInit, "v:", plain), HAS(somUninit, "v:", plain), HAS(somFree, "v:", free_object), HAS(somDefaultVCopyInit, "v:po", copy),
	HAS(somGetClassName, "s:", class_name), HAS(somGetClass, "o:", get_class), HAS(somIsA, "b:o", is_a), HAS(somRespondsTo, "b:s", responds),
	HAS(somIsInstanceOf, "b:o", is_instance), HAS(somGetSize, "i:", get_size), HAS(somDumpSelf, "v:i", dump), HAS(somDumpSelfInt, "v:i", dump_parts),
	HAS(somPrintSelf, "o:", print_self), HAS(somDefaultConstVCopyInit, "v:po", copy), GONE(somoPrivate1), GONE(somoPrivate2), GONE(somoPrivate3),
	GONE(somoPrivate4), HAS(somDispatch, "i:spIp", dispatch), HAS(somClassDispatch, "i:ospIp", class_dispatch), HAS(somCastObj, "b:o", cast),
	HAS(somResetObj, "b:", uncast), HAS(somDefaultInit, "v:p", init), HAS(somDestruct, "v:bp", destruct), GONE(somoPrivate5), GONE(somoPrivate6),
	HAS(somDefaultCopyInit, "v:po", copy), HAS(somDefaultConstCopyInit, "v:po", copy), HAS(somDefaultAssign, "v:po", assign),
	HAS(somDefaultConstAssign, "v:po", assign), HAS(somDefaultVAssign, "v:po", assign), HAS(somDefaultConstVAssign, "v:po", assign), GONE(somoPrivate7),
	GONE(somoPrivate8), GONE(somoPrivate9), GONE(somoPrivate10), GONE(somoPrivate11), GONE(somoPrivate12), GONE(somoPrivate13), GONE(somoPrivate14),
};

const som_class_desc object_desc = ROOT(SOMObject, 1, 7);
