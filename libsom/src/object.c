/* object.c: the life of objects, from memory to the last reference. Nothing here takes the kernel's lock, but casts (table.c)
 * and what initializers do. */
#include "kernel.h"

/* ---- Memory ---- */

static bool aligned_by_allocator(const klass *k) { return k->info.data_align <= _Alignof(max_align_t); }

static inline som_ref memory_for(const klass *k, som_env *ev) {
	size_t n = SOM_HEAD + (size_t)k->info.data_size, align = k->info.data_align;
	bool plain = __builtin_expect(aligned_by_allocator(k), 1);
	if (!plain) n += align + WORD_SIZE;
	char *raw = hooks.allocate(n), *p = raw;
	if (!raw) return no_memory(ev, k->info.name), NULL;
	memset(raw, 0, n);
	if (!plain) { /* what the allocator gave stands in front of the object */
		uintptr_t behind = (uintptr_t)raw + WORD_SIZE + SOM_HEAD;
		p = raw + WORD_SIZE + (align - behind % align) % align;
		((void **)(void *)p)[-1] = raw;
	}
	return (som_ref)(void *)p;
}

/* Objects of the checking mode that were destroyed, the oldest first to be forgotten. */
enum { KEPT = 4096, KEPT_OCTETS = 64 << 20 };
static bool checking;
static struct kept { void *memory; size_t size; } kept[KEPT];
static uint32_t kept_from, kept_to; /* how many were forgotten, and kept, so far */
static size_t kept_octets;

static void keep(void *memory, size_t size) {
	weak_lock();
	while (kept_to - kept_from == KEPT || (kept_to != kept_from && kept_octets + size > KEPT_OCTETS))
		kept_octets -= kept[kept_from % KEPT].size, give(kept[kept_from++ % KEPT].memory);
	kept[kept_to++ % KEPT] = (struct kept){memory, size};
	kept_octets += size;
	weak_unlock();
}

void som_set_checking(int on) {
	if (on && !freed_row_make()) on = fail(&aloud, SOM_E_MEMORY, "no memory for the checking mode: it stays off") == SOM_OK;
	__atomic_store_n(&checking, on != 0, __ATOMIC_RELEASE);
}

void end_memory(som_ref o, const klass *k) {
	if (__builtin_expect(o->flags & F_WEAK, 0)) weak_clear(o, NULL); /* of what could not begin; else there is none any more */
	void *raw = o->flags & F_PLACED ? NULL : aligned_by_allocator(k) ? (void *)o : ((void **)(void *)o)[-1];
	bool met = raw && __atomic_load_n(&o->refs, __ATOMIC_ACQUIRE) > 1; /* so it could not begin, and others have it: as one that was destroyed */
	if (__builtin_expect(met, 0) && !freed_row_make()) return (void)(o->flags |= F_DYING); /* it stays for good, and its class */
	if (__builtin_expect(!met && !__atomic_load_n(&checking, __ATOMIC_RELAXED), 1)) give(raw);
	else {
		memset((char *)o + SOM_HEAD, 0xdd, (size_t)k->info.data_size);
		if (met) __atomic_store_n(&o->flags, F_MET | (raw == o ? 0 : F_WIDE), __ATOMIC_RELAXED);
		__atomic_store_n(&o->mt, freed_row, __ATOMIC_RELEASE);
		if (raw && !met) keep(raw, (size_t)k->info.data_size);
	}
	__atomic_sub_fetch(&((klass *)(uintptr_t)k)->instances, 1, __ATOMIC_RELEASE);
	if (met) som_release(o); /* its maker's; with the last one goes the memory */
}

/* Whether references of it are counted: it lives, or could not begin and others have met it. Its maker may be undoing it meanwhile, and says F_MET before. */
static inline bool counts(som_ref o) { return !is_freed_row(__atomic_load_n(&o->mt, __ATOMIC_ACQUIRE)) || o->flags & F_MET || (gone(o, NULL), false); }

/* ---- Beginning and end ---- */

/* Of the first n. */
static void finalise(som_ref o, const lives *all, uint32_t n) {
	for (const life *l = all->e + n; l-- > all->e;)
		if (l->fini) l->fini(o, l->context);
}

void end_parts(som_ref o, const klass *k) {
	const lives *all = lives_of(k);
	finalise(o, all, all->n);
}

int unbegun(som_ref o, const klass *k) {
	memset((char *)o + SOM_HEAD, 0, (size_t)k->info.data_size);
	__atomic_and_fetch(&o->flags, ~(uint32_t)(F_BEGUN | F_OLD | F_MAKING | F_MADE), __ATOMIC_RELAXED);
	return SOM_E_RAISED;
}

/* ev is never NULL here, nor below. */
int initialise(som_ref o, const klass *k, som_env *ev) {
	const lives *all = lives_of(k);
	for (const life *l = all->e, *end = l + all->n; l < end; l++) {
		if (l->init) l->init(o, ev, l->context);
		if (__builtin_expect(ev->major != SOM_NO_EXCEPTION, 0)) return finalise(o, all, (uint32_t)(l - all->e)), unbegun(o, k);
	}
	return SOM_OK;
}

static inline bool is_hooked(const klass *k) { return __builtin_expect(__atomic_load_n(&k->hooked, __ATOMIC_RELAXED), 0); }
static som_proc *life_method(const klass *k, int which) { return *word_at(front_of(k), tok_life[which]); }

/* One class's somInit or somUninit, at the class's place among initializers and destructors. Calls of it meanwhile, as of parents', do nothing. */
static void old_part(som_ref o, som_env *ev, const klass *k, int which) {
	som_proc *proc = k == object_class ? NULL : own_impl(k, tok_life[which]);
	if (!proc || __atomic_fetch_or(&o->flags, F_CHAIN, __ATOMIC_RELAXED) & F_CHAIN) return;
	((void (*)(som_ref, som_env *))proc)(o, ev);
	__atomic_and_fetch(&o->flags, ~(uint32_t)F_CHAIN, __ATOMIC_RELAXED);
}
static void begin_old(som_ref o, som_env *ev, void *k) { __atomic_or_fetch(&o->flags, F_OLD, __ATOMIC_RELAXED), old_part(o, ev, k, LIFE_OLD_INIT); }
static void end_old(som_ref o, void *k) { /* what it raises stops nothing */
	som_env ev = {0};
	if (__atomic_load_n(&o->flags, __ATOMIC_RELAXED) & F_OLD) old_part(o, &ev, k, LIFE_OLD_UNINIT);
	som_env_clear(&ev);
}

/* What a call runs: those of all classes that are initialised, in that order or the reverse. */
void old_init(som_ref o, som_env *ev) {
	som_env own = {0}, *e = ev ? ev : &own; /* what is in ev stays: it may be a somInit's that makes its parent call all the same */
	const som_class_info *i = &class_of(o)->info;
	for (uint32_t n = 0; n < i->ninits && e->major == SOM_NO_EXCEPTION; n++) begin_old(o, e, K(i->inits[n]));
	som_env_clear(&own);
}
void old_uninit(som_ref o, som_env *ev) {
	const som_class_info *i = &class_of(o)->info;
	for (uint32_t n = i->ninits; (void)ev, n-- > 0;) end_old(o, K(i->inits[n]));
}

int share(klass *k, bool older, som_env *ev) {
	lives *all = pool_take(k, sizeof *all + 3 * k->info.ninits * sizeof(life));
	if (!all) return no_memory(ev, "the order of initialisation");
	all->older = older;
	for (uint32_t i = 0; i < k->info.ninits; i++)
		if (K(k->info.inits[i])->last.fini) all->e[all->n++] = K(k->info.inits[i])->last;
	all->nlast = all->n;
	for (uint32_t i = 0; i < k->info.ninits; i++) {
		klass *a = K(k->info.inits[i]);
		if (a->own.init || a->own.fini || a->own.copy || a->own.assign) all->e[all->n++] = a->own;
		if (older) all->e[all->n++] = (life){.init = begin_old, .fini = end_old, .context = a};
	}
	__atomic_store_n(&k->lives, all, __ATOMIC_RELEASE);
	return SOM_OK;
}

__attribute__((noinline)) void end_life(som_ref o, const klass *k) {
	som_env ev = {0};
	__atomic_or_fetch(&o->flags, F_DYING, __ATOMIC_RELAXED); /* the memory is not the method's */
	((void (*)(som_ref, som_env *, uint8_t, void *))life_method(k, LIFE_DESTRUCT))(o, &ev, 0, NULL);
	som_env_clear(&ev);
}

__attribute__((noinline)) int begin_life(som_ref o, const klass *k, som_env *ev) {
	((void (*)(som_ref, som_env *, void *))life_method(k, LIFE_INIT))(o, ev, NULL);
	if (ev->major != SOM_NO_EXCEPTION && o->flags & F_BEGUN) end_life(o, k); /* what raised came behind the initializers */
	return ev->major == SOM_NO_EXCEPTION ? SOM_OK : SOM_E_RAISED;
}

static som_ref refuse(const klass *k, som_env *ev) {
	if (k->info.flags & SOM_ABSTRACT) return fail(ev, SOM_E_ABSTRACT, "class %s is abstract: only its subclasses have instances", k->info.name), NULL;
	return fail(ev, SOM_E_METACLASS, "the instances of the metaclass %s are classes; define one", k->info.name), NULL;
}

static inline __attribute__((always_inline)) som_ref make(klass *k, void *memory, bool init, som_env *ev) {
	if (__builtin_expect(ev->major != SOM_NO_EXCEPTION, 0)) som_env_clear(ev);
	if (__builtin_expect(k->barren, 0)) return refuse(k, ev);
	som_ref o = memory ? memory : memory_for(k, ev);
	if (!o) return NULL;
	__atomic_add_fetch(&k->instances, 1, __ATOMIC_SEQ_CST); /* before it looks at the front: som_class_front sees it, or it sees that */
	bool plain = init && !is_hooked(k);
	*o = (som_object){.mt = __atomic_load_n(&k->front, __ATOMIC_SEQ_CST), .refs = 1, .flags = (memory ? F_PLACED : 0) | (plain ? F_BEGUN : 0)};
	if (!init || (plain ? initialise(o, k, ev) : begin_life(o, k, ev)) == SOM_OK) return o;
	end_memory(o, k);
	return NULL;
}

som_ref new_object(klass *k, void *memory, bool zero, bool init, som_env *ev) {
	WITH_ENV(e, ev);
	if (memory && zero) memset(memory, 0, SOM_HEAD + (size_t)k->info.data_size);
	return make(k, memory, init, e);
}

som_ref som_create(som_class *c, som_env *ev) { return is_class(c, ev) ? new_object(K(c), NULL, false, true, ev) : NULL; }

som_ref som_new(som_class *c, som_env *ev) {
	if (!is_class(c, ev)) return NULL;
	klass *k = substituted(K(c));
	som_proc *proc = som_resolve(&k->c.object, tok_new);
	return proc == plain_new && ev ? make(k, NULL, true, ev) : ((som_ref(*)(som_ref, som_env *))proc)(&k->c.object, ev);
}

/* ---- Copying ---- */

void transfer(som_ref to, som_ref from, bool assign, som_env *ev) {
	const klass *k = class_of(to);
	if (to == from) return;
	for (uint32_t i = 0; i < k->info.nlayout; i++) { /* what has a function for it is not copied octet by octet */
		const klass *a = K(k->info.layout[i].cls);
		if (assign ? !a->own.assign : !a->own.copy)
			memcpy((char *)to + SOM_HEAD + k->info.layout[i].offset, som_data(from, a->base + WORD_SIZE), (size_t)k->info.layout[i].size);
	}
	const lives *all = lives_of(k);
	for (const life *l = all->e, *end = l + all->n; l < end && ev->major == SOM_NO_EXCEPTION; l++) {
		som_copier *f = assign ? l->assign : l->copy;
		if (f) f(to, from, ev, l->context);
		if (ev->major != SOM_NO_EXCEPTION && !assign) finalise(to, all, (uint32_t)(l - all->e));
	}
}

static void transfer_by_method(som_ref to, som_ref from, int which, som_env *ev) {
	((void (*)(som_ref, som_env *, void *, som_ref))life_method(class_of(to), which))(to, ev, NULL, from);
}

som_ref som_copy(som_ref from, som_env *ev) {
	if (need(from, ev) != SOM_OK) return NULL;
	klass *k = class_of(from);
	if (from->flags & F_CLASS) return fail(ev, SOM_E_METACLASS, "class %s is not to be copied; define another", K((som_class *)from)->info.name), NULL;
	WITH_ENV(e, ev);
	som_ref o = new_object(k, NULL, true, false, e);
	if (o) transfer_by_method(o, from, LIFE_COPY, e);
	if (!o || e->major == SOM_NO_EXCEPTION) return o;
	if (o->flags & F_BEGUN) end_life(o, k);
	return end_memory(o, k), NULL;
}

int som_assign(som_ref to, som_ref from, som_env *ev) {
	int code = need(to, ev);
	if (code != SOM_OK || (code = need(from, ev)) != SOM_OK) return code;
	const klass *k = class_of(to), *f = class_of(from);
	if (!descends(f, k) || to->flags & F_CLASS)
		return fail(ev, SOM_E_TYPE, "an object of class %s cannot be assigned to one of %s", f->info.name, k->info.name);
	WITH_ENV(e, ev);
	transfer_by_method(to, from, LIFE_ASSIGN, e);
	return e->major == SOM_NO_EXCEPTION ? SOM_OK : SOM_E_RAISED;
}

/* ---- References ---- */

static __attribute__((noinline)) void destroy(som_ref o, uint32_t flags) {
	const klass *k = class_of(o);
	if (__builtin_expect(flags & F_MET, 0)) return give(flags & F_WIDE ? ((void **)(void *)o)[-1] : (void *)o);
	__atomic_store_n(&o->flags, flags | F_DYING, __ATOMIC_RELAXED);
	if (__builtin_expect(flags & F_WEAK, 0)) weak_clear(o, NULL);
	is_hooked(k) ? end_life(o, k) : end_parts(o, k);
	end_memory(o, k);
}

som_ref som_retain(som_ref o) {
	if (o && counts(o)) __atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
	return o;
}

void som_release(som_ref o) {
	if (!o || !counts(o)) return;
	uint32_t refs = __atomic_load_n(&o->refs, __ATOMIC_ACQUIRE); /* before the flags, which others may have set */
	uint32_t flags = __atomic_load_n(&o->flags, __ATOMIC_RELAXED);
	bool ends = !(flags & (F_CLASS | F_DYING)); /* a class ends by being unloaded; what is ending ends once */
	/* With one reference and no weak one there is nobody to race with. */
	if (refs == 1 && ends && !(flags & F_WEAK))
		o->refs = 0;
	else if (__atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) != 0 || !ends)
		return;
	destroy(o, __atomic_load_n(&o->flags, __ATOMIC_RELAXED));
}

int som_is_a(const som_object *o, const som_class *c) { return o && a_class(c) && !is_freed(o) && row_has(o->mt, K(c)); }
int som_descends(const som_class *c, const som_class *from) { return a_class(c) && a_class(from) && descends(K(c), K(from)); }

/* ---- Other initializers ---- */

struct som_making {
	som_env own; /* for those who have none */
	som_ref o;
	const klass *k;
	bool given; /* o is its maker's, whatever comes */
	uint32_t nleft;
	struct { const klass *left; bool older, entered, done; } e[]; /* whose work is done, in that order, somInit's too; which of k's inits are begun, and done */
};

som_making *som_begin_at(som_ref o, som_env *ev) {
	if (need(o, ev) != SOM_OK) return NULL;
	const klass *k = class_of(o);
	if (__atomic_load_n(&o->flags, __ATOMIC_RELAXED) & (F_CLASS | F_DYING | F_BEGUN | F_MAKING))
		return fail(ev, SOM_E_BUSY, "an object of class %s is initialised already, or being so: an initializer begins what somNewNoInit made", k->info.name), NULL;
	som_making *m = take(sizeof *m + k->info.ninits * sizeof m->e[0]);
	if (!m) return no_memory(ev, k->info.name), NULL;
	*m = (som_making){.o = o, .k = k, .given = true};
	__atomic_or_fetch(&o->flags, F_MAKING, __ATOMIC_RELAXED);
	return m;
}

som_making *som_begin(som_class *c, som_env *ev) {
	if (!is_class(c, ev)) return NULL;
	const klass *k = substituted(K(c));
	som_ref o = ((som_ref(*)(som_ref, som_env *))som_resolve(&k->c.object, tok_raw))(&C(k)->object, ev);
	som_making *m = o ? som_begin_at(o, ev) : NULL; /* the metaclass may have one of another class */
	m ? (void)(m->given = false) : som_release(o);
	return m;
}

som_ref som_made(som_making *m) { return m->o; }

int som_enter(som_making *m, const som_class *c) {
	uint32_t i = place_in(m->k->info.inits, m->k->info.ninits, c);
	return i < m->k->info.ninits && !m->e[i].entered && (m->e[i].entered = true);
}

void som_leave(som_making *m, const som_class *c) {
	uint32_t i = place_in(m->k->info.inits, m->k->info.ninits, c);
	if (i == m->k->info.ninits || m->e[i].done) return;
	m->e[i].done = true;
	bool older = lives_of(m->k)->older;
	m->e[m->nleft].left = K(c), m->e[m->nleft++].older = older;
	if (older) __atomic_or_fetch(&m->o->flags, F_OLD, __ATOMIC_RELAXED); /* its somInit or what is in its place */
}

void som_enter_default(som_making *m, const som_class *c, som_env *ev) {
	const klass *k = K(c);
	ev = ev ? ev : &m->own;
	for (uint32_t i = 0; i < k->info.ninits && ev->major == SOM_NO_EXCEPTION; i++) {
		klass *a = K(k->info.inits[i]);
		if (!som_enter(m, C(a))) continue;
		if (a->own.init) a->own.init(m->o, ev, a->own.context);
		if (ev->major != SOM_NO_EXCEPTION) return;
		som_leave(m, C(a));
		if (lives_of(m->k)->older) begin_old(m->o, ev, a), m->e[m->nleft - 1].older = ev->major == SOM_NO_EXCEPTION;
	}
}

som_ref som_end(som_making *m, som_env *ev) {
	som_ref o = m->o;
	ev = ev ? ev : &m->own;
	som_enter_default(m, C(m->k), ev);
	__atomic_or_fetch(&o->flags, F_MADE, __ATOMIC_RELAXED); /* what stands in front has its say, also of what raised; SOMObject does no more */
	((void (*)(som_ref, som_env *, void *))life_method(m->k, LIFE_INIT))(o, ev, NULL);
	if (ev->major != SOM_NO_EXCEPTION) {
		bool begun = o->flags & F_BEGUN; /* what raised came behind all that begins it */
		if (begun && !m->given) end_life(o, m->k);
		while (!begun && m->nleft-- > 0) {
			const klass *left = m->e[m->nleft].left;
			if (m->e[m->nleft].older) end_old(o, (klass *)(uintptr_t)left);
			if (left->own.fini) left->own.fini(o, left->own.context);
		}
		if (!begun) finalise(o, lives_of(m->k), lives_of(m->k)->nlast);
		if (!m->given) end_memory(o, m->k);
		else if (!begun) unbegun(o, m->k);
		o = NULL;
	}
	som_env_clear(&m->own);
	give(m);
	return o;
}
