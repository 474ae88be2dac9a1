/* object.c: the life of objects, from memory to the last reference. Nothing here takes the kernel's lock, but casts (table.c)
 * and what initializers do. */
#include "kernel.h"

#include <string.h>

/* ---- Memory ---- */

static bool aligned_by_allocator(const klass *k) { return k->info.data_align <= _Alignof(max_align_t); }

static som_ref memory_for(const klass *k, som_env *ev) {
	size_t n = SOM_HEAD + (size_t)k->info.data_size, align = k->info.data_align;
	char *p;
	if (__builtin_expect(aligned_by_allocator(k), 1)) {
		p = take(n);
	} else if ((p = take(n + align + WORD_SIZE))) { /* what the allocator gave stands in front of the object */
		char *raw = p;
		uintptr_t behind = (uintptr_t)raw + WORD_SIZE + SOM_HEAD;
		p = raw + WORD_SIZE + (align - behind % align) % align;
		((void **)(void *)p)[-1] = raw;
	}
	if (!p) no_memory(ev, k->info.name);
	return (som_ref)(void *)p;
}

/* Objects of the checking mode that were destroyed, the oldest first to be forgotten. */
enum { KEPT = 4096, KEPT_OCTETS = 64 << 20 };
static bool checking;
static struct { void *memory; size_t size; } kept[KEPT];
static uint32_t kept_from, kept_n;
static size_t kept_octets;

static void forget_oldest(void) {
	give(kept[kept_from].memory);
	kept_octets -= kept[kept_from].size;
	kept_from = (kept_from + 1) % KEPT;
	kept_n--;
}

static void keep(void *memory, size_t size) {
	weak_lock();
	while (kept_n == KEPT || (kept_n && kept_octets + size > KEPT_OCTETS))
		forget_oldest();
	kept[(kept_from + kept_n++) % KEPT].memory = memory;
	kept[(kept_from + kept_n - 1) % KEPT].size = size;
	kept_octets += size;
	weak_unlock();
}

void som_set_checking(int on) {
	boot();
	lock();
	bool fresh = !freed_row;
	if (on && freed_row_make() != SOM_OK) {
		complain(SOM_E_MEMORY, "no memory for the checking mode: it stays off");
		on = 0;
	}
	for (klass *k = all_classes; on && fresh && k; k = k->next)
		freed_row_fill(slot_token(k, 0), k->slots, (som_proc *)freed_call);
	__atomic_store_n(&checking, on != 0, __ATOMIC_RELEASE);
	unlock();
}

void end_memory(som_ref o, const klass *k) {
	void *raw = o->flags & F_PLACED ? NULL : aligned_by_allocator(k) ? (void *)o : ((void **)(void *)o)[-1];
	size_t size = (size_t)k->info.data_size;
	if (__atomic_load_n(&checking, __ATOMIC_RELAXED)) {
		memset((char *)o + SOM_HEAD, 0xdd, size);
		__atomic_store_n(&o->mt, freed_row, __ATOMIC_RELEASE);
		if (raw) keep(raw, size);
	} else
		give(raw);
	__atomic_sub_fetch(&((klass *)(uintptr_t)k)->instances, 1, __ATOMIC_RELEASE);
}

/* ---- Beginning ---- */

static void undo(som_ref o, const klass *k, uint32_t n) {
	while (n-- > 0)
		if (k->lives[n].fini) k->lives[n].fini(o, k->lives[n].context);
}

/* ev is never NULL here. */
int initialise(som_ref o, const klass *k, som_env *ev) {
	for (uint32_t i = 0; i < k->nlives; i++) {
		if (!k->lives[i].init) continue;
		k->lives[i].init(o, ev, k->lives[i].context);
		if (__builtin_expect(ev->major != SOM_NO_EXCEPTION, 0)) {
			undo(o, k, i);
			return SOM_E_RAISED;
		}
	}
	return SOM_OK;
}

void finalise(som_ref o, const klass *k) { undo(o, k, k->nlives); }

/* By the methods that a class may have put in the place of SOMObject's. */
static int begin_hooked(som_ref o, const klass *k, som_env *ev) {
	((void (*)(som_ref, som_env *, void *))*word_at(k->row, tok_init))(o, ev, NULL);
	if (ev->major == SOM_NO_EXCEPTION)
		((void (*)(som_ref, som_env *))*word_at(k->row, tok_old_init))(o, ev);
	else
		return SOM_E_RAISED;
	if (ev->major == SOM_NO_EXCEPTION) return SOM_OK;
	finalise(o, k);
	return SOM_E_RAISED;
}

static som_ref embody(som_ref o, klass *k, uint32_t flags) {
	o->mt = k->row;
	o->refs = 1;
	o->flags = flags;
	__atomic_add_fetch(&k->instances, 1, __ATOMIC_RELAXED);
	return o;
}

static som_ref refuse(const klass *k, som_env *ev) {
	if (k->info.flags & SOM_ABSTRACT)
		fail(ev, SOM_E_ABSTRACT, "class %s is abstract: only its subclasses have instances", k->info.name);
	else
		fail(ev, SOM_E_METACLASS, "the instances of the metaclass %s are classes; define one", k->info.name);
	return NULL;
}

som_ref new_object(klass *k, void *memory, bool zero, bool init, som_env *ev) {
	if (__builtin_expect(!ev, 0)) {
		som_env own = {0};
		som_ref o = new_object(k, memory, zero, init, &own);
		som_env_clear(&own);
		return o;
	}
	if (__builtin_expect(ev->major != SOM_NO_EXCEPTION, 0)) som_env_clear(ev);
	if (__builtin_expect(k->barren, 0)) return refuse(k, ev);
	som_ref o = memory ? memory : memory_for(k, ev);
	if (!o) return NULL;
	if (memory && zero) memset(memory, 0, SOM_HEAD + (size_t)k->info.data_size);
	embody(o, k, memory ? F_PLACED : 0);
	bool hooked = __atomic_load_n(&k->hooked, __ATOMIC_RELAXED);
	if (!init || (hooked ? begin_hooked(o, k, ev) : initialise(o, k, ev)) == SOM_OK) return o;
	end_memory(o, k);
	return NULL;
}

som_ref som_create(som_class *c, som_env *ev) { return new_object(K(c), NULL, false, true, ev); }

som_ref som_new(som_class *c, som_env *ev) {
	klass *k = substituted(K(c));
	return ((som_ref(*)(som_ref, som_env *))som_resolve(&k->c.object, tok_new))(&k->c.object, ev);
}

/* ---- Copying ---- */

static bool is_visited(const klass *k, const som_class *c) {
	for (uint32_t i = 0; i < k->info.ninits; i++)
		if (k->info.inits[i] == c) return true;
	return false;
}

/* What has a function for it, and is initialised, is not copied octet by octet. */
static void copy_octets(som_ref to, som_ref from, const klass *k, bool assign) {
	for (uint32_t i = 0; i < k->info.nlayout; i++) {
		const klass *a = K(k->info.layout[i].cls);
		if (assign ? !a->own.assign : !a->own.copy)
			memcpy((char *)to + SOM_HEAD + k->info.layout[i].offset, som_data(from, a->base + WORD_SIZE), (size_t)k->info.layout[i].size);
	}
}

/* ev is never NULL here. */
int copy_parts(som_ref to, som_ref from, som_env *ev) {
	const klass *k = class_of(to);
	copy_octets(to, from, k, false);
	for (uint32_t i = 0; i < k->nlives; i++) {
		const life *l = &k->lives[i];
		if (l->copy) l->copy(to, from, ev, l->context);
		if (ev->major != SOM_NO_EXCEPTION) {
			undo(to, k, i);
			return SOM_E_RAISED;
		}
	}
	return SOM_OK;
}

som_ref som_copy(som_ref from, som_env *ev) {
	if (is_freed(from)) return freed_call(from, ev), NULL;
	klass *k = class_of(from);
	if (from->flags & F_CLASS) {
		fail(ev, SOM_E_METACLASS, "class %s is not to be copied; define another", K((som_class *)from)->info.name);
		return NULL;
	}
	som_ref o = new_object(k, NULL, true, false, ev);
	som_env own = {0};
	som_env *e = ev ? ev : &own;
	som_env_clear(e);
	if (o && copy_parts(o, from, e) != SOM_OK) {
		end_memory(o, k);
		o = NULL;
	}
	som_env_clear(&own);
	return o;
}

int som_assign(som_ref to, som_ref from, som_env *ev) {
	if (is_freed(to) || is_freed(from)) return freed_call(is_freed(to) ? to : from, ev), SOM_E_FREED;
	const klass *k = class_of(to), *f = class_of(from);
	if (!descends(f, k) || to->flags & F_CLASS)
		return fail(ev, SOM_E_TYPE, "an object of class %s cannot be assigned to one of %s", f->info.name, k->info.name);
	if (to == from) return SOM_OK;
	som_env own = {0};
	som_env *e = ev ? ev : &own;
	som_env_clear(e);
	copy_octets(to, from, k, true);
	int code = SOM_OK;
	for (uint32_t i = 0; i < k->nlives && code == SOM_OK; i++) {
		if (k->lives[i].assign) k->lives[i].assign(to, from, e, k->lives[i].context);
		code = e->major == SOM_NO_EXCEPTION ? SOM_OK : SOM_E_RAISED;
	}
	som_env_clear(&own);
	return code;
}

/* ---- References ---- */

static void destroy(som_ref o, uint32_t flags) {
	const klass *k = class_of(o);
	__atomic_store_n(&o->flags, flags | F_DYING, __ATOMIC_RELAXED);
	if (__builtin_expect(flags & F_WEAK, 0)) weak_clear(o);
	if (__builtin_expect(__atomic_load_n(&k->hooked, __ATOMIC_RELAXED), 0)) {
		som_env ev = {0};
		((void (*)(som_ref, som_env *))*word_at(k->row, tok_old_uninit))(o, &ev);
		som_env_clear(&ev);
		((void (*)(som_ref, som_env *, uint8_t, void *))*word_at(k->row, tok_destruct))(o, &ev, 1, NULL);
		som_env_clear(&ev);
		return;
	}
	finalise(o, k);
	end_memory(o, k);
}

som_ref som_retain(som_ref o) {
	if (!o) return NULL;
	if (is_freed(o))
		freed_call(o, NULL);
	else
		__atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
	return o;
}

void som_release(som_ref o) {
	if (!o) return;
	if (is_freed(o)) {
		freed_call(o, NULL);
		return;
	}
	uint32_t refs = __atomic_load_n(&o->refs, __ATOMIC_ACQUIRE); /* before the flags, which others may have set */
	uint32_t flags = __atomic_load_n(&o->flags, __ATOMIC_RELAXED);
	if (flags & (F_CLASS | F_DYING)) { /* a class ends by being unloaded; what is ending ends once */
		__atomic_sub_fetch(&o->refs, 1, __ATOMIC_RELEASE);
		return;
	}
	/* With one reference and no weak one there is nobody to race with. */
	if (refs == 1 && !(flags & F_WEAK))
		o->refs = 0;
	else if (__atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	destroy(o, __atomic_load_n(&o->flags, __ATOMIC_RELAXED));
}

int som_is_a(const som_object *o, const som_class *c) { return !is_freed(o) && row_has(o->mt, K(c)); }
int som_descends(const som_class *c, const som_class *from) { return descends(K(c), K(from)); }

/* ---- Other initializers ---- */

struct som_making {
	som_env own; /* for those who have none */
	som_ref o;
	const klass *k;
	uint32_t nleft;
	const klass **left; /* whose work is done, in that order */
	uint8_t entered[];  /* of k's inits */
};

som_making *som_begin(som_class *c, som_env *ev) {
	klass *k = substituted(K(c));
	som_ref o = new_object(k, NULL, true, false, ev);
	if (!o) return NULL;
	som_making *m = take(sizeof *m + k->info.ninits);
	const klass **left = m ? take(k->info.ninits * sizeof *left) : NULL;
	if (!left) {
		give(m);
		end_memory(o, k);
		no_memory(ev, k->info.name);
		return NULL;
	}
	m->o = o;
	m->k = k;
	m->left = left;
	return m;
}

som_ref som_made(som_making *m) { return m->o; }

int som_enter(som_making *m, const som_class *c) {
	for (uint32_t i = 0; i < m->k->info.ninits; i++)
		if (m->k->info.inits[i] == c) return !m->entered[i] && (m->entered[i] = 1);
	return 0;
}

void som_leave(som_making *m, const som_class *c) {
	for (uint32_t i = 0; i < m->nleft; i++)
		if (m->left[i] == K(c)) return;
	if (is_visited(m->k, c)) m->left[m->nleft++] = K(c);
}

void som_enter_default(som_making *m, const som_class *c, som_env *ev) {
	const klass *k = K(c);
	ev = ev ? ev : &m->own;
	for (uint32_t i = 0; i < k->info.ninits && ev->major == SOM_NO_EXCEPTION; i++) {
		const klass *a = K(k->info.inits[i]);
		if (!som_enter(m, C(a))) continue;
		if (a->own.init) a->own.init(m->o, ev, a->own.context);
		if (ev->major == SOM_NO_EXCEPTION) som_leave(m, C(a));
	}
}

som_ref som_end(som_making *m, som_env *ev) {
	som_ref o = m->o;
	ev = ev ? ev : &m->own;
	som_enter_default(m, C(m->k), ev);
	if (ev->major != SOM_NO_EXCEPTION) {
		while (m->nleft-- > 0)
			if (m->left[m->nleft]->own.fini)
				m->left[m->nleft]->own.fini(o, m->left[m->nleft]->own.context);
		end_memory(o, m->k);
		o = NULL;
	}
	som_env_clear(&m->own);
	give(m->left);
	give(m);
	return o;
}
