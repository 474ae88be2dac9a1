/* cooperative.c: SOMMCooperative: metaclasses put procedures in front of a class's methods, each of which calls the next. */
#include "meta.h"

known cooperative;

typedef struct part {
	struct part *next;
	som_proc *proc, *before; /* before: what stood in front when it was put there; NULL: what the class has */
	const char *row;         /* of the class */
	som_tok token;
	bool first; /* and stays so */
} part;

static part **parts_of(som_class *c) { return som_data(&c->object, cooperative.c.data); }

static part *find(part *p, som_tok t, som_proc *proc, bool first) {
	while (p && (p->token != t || (first ? !p->first : p->proc != proc)))
		p = p->next;
	return p;
}

static void drop(part **at, part *p) {
	while (*at != p)
		at = &(*at)->next;
	__atomic_store_n(at, p->next, __ATOMIC_RELEASE);
	som_deallocate(p);
}

/* Behind the first, without a change of what stands in front; else in front of all. */
static int put(som_class *c, const char *method, som_tok t, som_proc *proc, bool first, som_env *ev) {
	part **all = parts_of(c), *head = find(*all, t, NULL, true), *p = som_allocate(sizeof *p);
	int code = SOM_OK;
	if (som_class_instances(c) > 0) { /* whose calls may look for what is next meanwhile */
		som_deallocate(p);
		return refuse(ev, SOM_E_BUSY, "BAD_INV_ORDER", "class %s has instances: put something in front of its methods before there is one", info(c)->name);
	}
	if (!p) return refuse(ev, SOM_E_MEMORY, "NO_MEMORY", "no memory for what stands in front of class %s", info(c)->name);
	*p = (part){*all, proc, head ? head->before : front_of(c, method, t), row_of(c), t, first};
	__atomic_store_n(all, p, __ATOMIC_RELEASE);
	if (!head)
		code = som_class_front(c, t, proc, ev);
	else
		__atomic_store_n(&head->before, proc, __ATOMIC_RELEASE);
	if (code != SOM_OK) drop(all, p);
	return code;
}

static int cooperate(som_class *c, const char *method, som_proc *proc, bool first, som_env *ev) {
	som_env own = {0};
	som_found f = {.size_of = sizeof f};
	if (!c || !cooperative.c.cls || !has(c, &cooperative))
		return refuse(ev, SOM_E_TYPE, "BAD_PARAM", "class %s: its metaclass is no SOMMCooperative", name_of(c));
	int code = som_lookup(c, method, &f, ev ? ev : &own);
	som_env_clear(&own);
	if (code != SOM_OK) return code;
	if (!f.token || !proc) return refuse(ev, SOM_E_METHOD, "BAD_PARAM", "class %s: nothing can be put in front of %s: a procedure and a method with a place in the table are wanted", info(c)->name, method);
	if (find(*parts_of(c), f.token, proc, false)) return refuse(ev, SOM_E_METHOD, "BAD_PARAM", "class %s: the procedure stands in front of %s already", info(c)->name, method);
	if (first && find(*parts_of(c), f.token, NULL, true)) return refuse(ev, SOM_E_BUSY, "BAD_INV_ORDER", "class %s: another procedure is to be the first of %s", info(c)->name, method);
	return put(c, method, f.token, proc, first, ev);
}

int som_cooperate(som_class *c, const char *method, som_proc *proc, som_env *ev) { return cooperate(c, method, proc, false, ev); }
int som_cooperate_first(som_class *c, const char *method, som_proc *proc, som_env *ev) { return cooperate(c, method, proc, true, ev); }

som_proc *som_next_cooperative(const som_class *c, som_tok method, som_proc *proc) {
	if (!c || !cooperative.c.cls || !has(c, &cooperative)) return NULL;
	const part *p = find(__atomic_load_n(parts_of((som_class *)(uintptr_t)c), __ATOMIC_ACQUIRE), method, proc, false);
	som_proc *before = p ? __atomic_load_n(&p->before, __ATOMIC_ACQUIRE) : NULL;
	return before || !p ? before : at(p->row, method);
}

static void end(som_ref c, void *context) {
	part **all = parts_of((som_class *)c);
	(void)context;
	while (*all)
		drop(all, *all);
}

static const char *const parents[] = {"SOMClass"};
const som_class_desc cooperative_desc = {.size_of = sizeof(som_class_desc), .name = "SOMMCooperative", .parents = parents, .nparents = 1,
	.data_size = sizeof(part *), .data_align = _Alignof(part *), .fini = end};
