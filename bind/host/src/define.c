/* define.c: classes made at run time below others, whose overrides are closures over one handler of the host's. */
#include "inner.h"

#include <pthread.h>
#include <stdio.h>

/* One override: there is one for each method that was overridden, and those that took the place of others stay until the class ends. */
typedef struct override {
	struct override *next;
	const somh_method *method;
	som_proc *proc;
} override;

typedef struct made {
	struct made *next;
	som_class *cls;
	override *overrides; /* written in a turn, read without */
	som_handler *handler;
	void (*begin)(som_ref, som_env *, void *);
	void (*end)(som_ref, void *);
	void *context;
	uint32_t noverrides;
} made;

enum { BUCKETS = 1024 };
static made *all[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static made **bucket(const som_class *c) { return &all[(uintptr_t)c / 64 % BUCKETS]; }

static made *made_of(const som_class *c) {
	pthread_mutex_lock(&lock);
	made *m = *bucket(c);
	while (m && m->cls != c) m = m->next;
	pthread_mutex_unlock(&lock);
	return m;
}

void *made_here(const som_class *c, void **context) {
	const made *m = made_of(c);
	if (m) *context = m->context;
	return (void *)(uintptr_t)m;
}

static void put(made *m) {
	pthread_mutex_lock(&lock);
	m->next = *bucket(m->cls);
	*bucket(m->cls) = m;
	pthread_mutex_unlock(&lock);
}

static void take_out(made *m) {
	pthread_mutex_lock(&lock);
	made **at = bucket(m->cls);
	while (*at && *at != m) at = &(*at)->next;
	if (*at) *at = m->next;
	pthread_mutex_unlock(&lock);
}

static void drop(made *m) {
	override *next;
	for (override *o = m->overrides; o; o = next) {
		next = o->next;
		som_closure_free(o->proc);
		free(o);
	}
	free(m);
}

/* ---- Life of instances ---- */

/* Whether of all classes made here m's is the nearest to an object's: the one that speaks for them. */
static bool is_nearest(const made *m, som_ref self) {
	const som_class_info *info = som_class_describe(som_class_of(self));
	for (uint32_t i = 0; info && i < info->norder; i++)
		if (info->order[i] == m->cls || made_of(info->order[i])) return info->order[i] == m->cls;
	return false;
}

/* All that such a class has of an instance, where it is the nearest. */
typedef struct part {
	somh_lent *lent; /* under a lock (frame.c) */
	bool begun;      /* others than its maker may ask */
} part;

static part *part_of(const som_class *c, som_ref o) {
	const som_class_info *info = som_class_describe(som_class_of(o));
	for (uint32_t i = 0; i < info->nlayout; i++)
		if (info->layout[i].cls == c) return (part *)(void *)((char *)o + SOM_HEAD + info->layout[i].offset);
	return NULL;
}

somh_lent **lent_of(som_ref o) {
	const som_class_info *info = som_class_describe(som_class_of(o));
	for (uint32_t i = 0; i < info->norder; i++)
		if (made_of(info->order[i])) return &part_of(info->order[i], o)->lent;
	return NULL;
}

static void begin(som_ref self, som_env *ev, void *context) {
	made *m = context;
	if (!is_nearest(m, self)) return;
	if (m->begin) m->begin(self, ev, m->context);
	if (ev->major == SOM_NO_EXCEPTION) __atomic_store_n(&part_of(m->cls, self)->begun, true, __ATOMIC_RELEASE);
}

/* What is copied is there with its copy; the part is each instance's own. */
static void copied(som_ref to, som_ref from, som_env *ev, void *context) {
	made *m = context;
	(void)from, (void)ev;
	if (is_nearest(m, to)) __atomic_store_n(&part_of(m->cls, to)->begun, true, __ATOMIC_RELEASE);
}

static void assigned(som_ref to, som_ref from, som_env *ev, void *context) { (void)to, (void)from, (void)ev, (void)context; }

static void end(som_ref self, void *context) {
	made *m = context;
	if (!is_nearest(m, self)) return;
	__atomic_store_n(&part_of(m->cls, self)->begun, false, __ATOMIC_RELEASE);
	if (m->end) m->end(self, m->context);
}

/* What an object has lent its ancestors they may read in their destructors. One that could not be begun may have, too. */
static void last(som_ref self, void *context) {
	const made *m = context;
	end_lent(&part_of(m->cls, self)->lent); /* of the nearest such class, or there is none */
}

int somh_begun(const somh_class *c, som_ref o) {
	const part *p = c->nmade ? part_of(c->made[0]->cls, o) : NULL;
	return p && __atomic_load_n(&p->begun, __ATOMIC_ACQUIRE);
}

static void known(som_ref self, som_env *ev, void *context) {
	made *m = context;
	(void)ev;
	m->cls = (som_class *)(void *)self; /* instances may be made from here on */
	put(m);
}

/* ---- Overrides ---- */

static override *new_override(made *m, const somh_method *of, void *context, som_env *ev) {
	if (of->why) return raise_code(ev, SOM_E_METHOD, "%s::%s cannot be overridden: %s", of->cls->name, of->name, of->why), NULL;
	if (of->kind != SOM_STATIC) return raise_code(ev, SOM_E_METHOD, "%s::%s cannot be overridden: it is no method of that kind", of->cls->name, of->name), NULL;
	if (m->noverrides >= SOMH_MAX_OVERRIDES) return raise_code(ev, SOM_E_METHODS, "a class overrides more than %d methods (SOMH_MAX_OVERRIDES)", SOMH_MAX_OVERRIDES), NULL;
	override *o = keep(sizeof *o);
	if (!o) return raise_code(ev, SOM_E_MEMORY, "no memory for an override"), NULL;
	*o = (override){.next = m->overrides, .method = of, .proc = som_closure(of->sig, m->handler, context, ev)};
	if (!o->proc) return free(o), NULL;
	m->noverrides++;
	__atomic_store_n(&m->overrides, o, __ATOMIC_RELEASE);
	return o;
}

bool overrides_here(const somh_class *c, const somh_method *of) {
	const made *m = c->made_by;
	for (const override *o = __atomic_load_n(&m->overrides, __ATOMIC_ACQUIRE); o; o = o->next)
		if (o->method == of) return true;
	return false;
}

int somh_override(const somh_class *c, const somh_method *of, void *context, som_env *ev) {
	made *m = c->made_by;
	if (!m) return raise_code(ev, SOM_E_TYPE, "class %s was not made here", c->name);
	if (!describing(ev)) return SOM_E_CYCLE;
	override *o = new_override(m, of, context, ev);
	som_env failed = {0};
	if (o) som_class_replace(c->cls, of->token, o->proc, &failed);
	described();
	uint32_t code = failed.major ? failed.code : o ? SOM_OK : SOM_E_METHOD;
	if (failed.major) raise_code(ev, failed.code, "%s", failed.text ? failed.text : "it cannot be replaced");
	som_env_clear(&failed);
	return (int)code;
}

/* ---- Classes ---- */

/* A name that no class has. */
static const char *free_name(const char *name, char *to, size_t n) {
	som_class *there;
	snprintf(to, n, "%s", name ? name : "Made");
	for (unsigned i = 2; (there = som_class_registered(to, NULL)); i++) {
		som_release((som_ref)there);
		snprintf(to, n, "%s_%u", name ? name : "Made", i);
	}
	return to;
}

static som_class *define(made *m, const somh_definition *d, som_env *ev) {
	char name[512];
	if (d->name && strlen(d->name) > 255) return raise_code(ev, SOM_E_NAME, "a class's name has more than 255 octets"), NULL;
	const char **parents = calloc(d->nparents + 1, sizeof *parents);
	som_override *overrides = calloc(d->noverrides + 1, sizeof *overrides);
	char *names = calloc(d->noverrides + 1, MAX_NAME);
	som_class *c = NULL;
	uint32_t n = 0;
	if (!parents || !overrides || !names) raise_code(ev, SOM_E_MEMORY, "no memory for a class");
	for (uint32_t i = 0; names && parents && i < d->nparents; i++)
		parents[i] = d->parents[i]->name;
	for (; names && overrides && parents && n < d->noverrides; n++) {
		override *o = new_override(m, d->overrides[n].method, d->overrides[n].context, ev);
		if (!o) break;
		char *qualified = names + (size_t)n * MAX_NAME;
		snprintf(qualified, MAX_NAME, "%s::%s", o->method->cls->name, o->method->name);
		overrides[n] = (som_override){qualified, o->proc, o->method->sig};
	}
	if (names && overrides && parents && n == d->noverrides) {
		som_class_desc desc = {.size_of = sizeof desc, .name = d->exact && d->name ? d->name : free_name(d->name, name, sizeof name), .parents = parents, .nparents = d->nparents,
			.override_size = sizeof *overrides, .overrides = overrides, .noverrides = n, .data_align = _Alignof(part), .data_size = sizeof(part), .init = begin, .fini = end, .copy = copied, .assign = assigned, .context = m, .known = known, .last = last};
		c = som_class_define(&desc, ev);
		if (!c && ev->major == SOM_NO_EXCEPTION) raise_code(ev, SOM_E_NAME, "a library that is being loaded has the class %s", desc.name);
	}
	free(parents), free(overrides), free(names);
	return c;
}

/* A class that could not be described: it is now, or nobody has it any more; or it stays for good, and with it what its closures point to. */
static const somh_class *retry_or_undo(made *m, som_env *ev) {
	const somh_class *c = NULL;
	som_env again = {0};
	bool turn = describing(&again), stays = !turn; /* others may be describing it */
	if (turn && !(c = describe_in_turn(som_class_describe(m->cls), &again))) {
		take_out(m);
		if ((stays = som_class_unload(m->cls, NULL) != SOM_OK)) put(m);
		else drop(m);
	}
	if (turn) described();
	if (c) som_env_clear(ev);
	if (stays) som_env_clear(ev), raise_code(ev, SOM_E_BUSY, "class %s cannot be described, and is in use already: it stays", som_class_describe(m->cls)->name);
	som_env_clear(&again);
	return c;
}

const somh_class *somh_define(const somh_definition *d, som_env *ev) {
	som_env own = {0};
	if (!ev) ev = &own;
	if (d->size_of < sizeof *d || !d->context || !d->handler || d->nparents == 0)
		return raise_code(ev, SOM_E_METHOD, "a class needs a parent, a handler and a context, and the size of its definition"), NULL;
	made *m = keep(sizeof *m);
	if (!m) return raise_code(ev, SOM_E_MEMORY, "no memory for a class"), NULL;
	*m = (made){.handler = d->handler, .begin = d->begin, .end = d->end, .context = d->context};
	som_class *c = define(m, d, ev);
	const somh_class *is = c ? somh_describe(c, ev) : NULL;
	if (c && !is) {
		is = retry_or_undo(m, ev);
	} else if (!c) {
		if (m->cls) take_out(m);
		drop(m);
	}
	som_env_clear(&own);
	return is;
}

int somh_undefine(const somh_class *c, som_env *ev) {
	made *m = c->made_by;
	if (!m) return raise_code(ev, SOM_E_TYPE, "class %s was not made here", c->name);
	if (!describing(ev)) return SOM_E_CYCLE;
	struct node *n = hide(c); /* before: another class may be where it was as soon as it is gone */
	take_out(m);
	int code = som_class_unload(c->cls, ev);
	if (code != SOM_OK) {
		put(m);
		show(n);
	}
	described();
	if (code != SOM_OK) return code;
	forget(n);
	drop(m);
	return SOM_OK;
}

/* ---- Which implementation ---- */

som_proc *somh_proc(const somh_method *m, const somh_class *k, const somh_class *of, som_ref o) {
	if (m->kind == SOM_PROCEDURE) return m->proc;
	for (uint32_t i = 0; k && i < of->nmade && of->made[i] != k; i++)
		if (som_descends(of->made[i]->cls, k->cls) && overrides_here(of->made[i], m)) return som_class_proc(k->cls, m->token);
	return som_resolve(o, m->token);
}

som_proc *somh_beyond(const somh_method *m, const somh_class *of, som_ref o) {
	if (m->kind == SOM_PROCEDURE) return m->proc;
	for (uint32_t i = of->nmade; i-- > 0;)
		if (overrides_here(of->made[i], m)) return somh_above(of->made[i], m);
	return som_resolve(o, m->token);
}

som_proc *somh_above(const somh_class *k, const somh_method *m) {
	som_proc *proc = NULL;
	for (uint32_t i = 0; i < k->nparents && !proc; i++)
		proc = som_parent_proc(k->cls, i, m->token, NULL);
	return proc;
}
