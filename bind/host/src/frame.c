/* frame.c: the values that calls of a host have in memory, those that its overrides return, and exceptions with their members. */
#include "inner.h"

#include <pthread.h>
#include <stddef.h>

/* ---- Calls ---- */

void somh_frame_begin(somh_frame *f) {
	memset(f->args, 0, sizeof f->args);
	f->ncells = 0, f->used = 0;
}

static bool is_inside(const somh_frame *f, const void *p) { return (const char *)p >= f->room.octets && (const char *)p < f->room.octets + sizeof f->room.octets; }

void *somh_frame_cell(somh_frame *f, const somh_param *p) {
	size_t n = ((size_t)p->type->size + 15) & ~(size_t)15;
	void *cell;
	if (f->used + n <= sizeof f->room.octets) cell = f->room.octets + f->used, f->used += n, memset(cell, 0, n);
	else cell = calloc(1, n ? n : 1);
	if (cell) f->cells[f->ncells++] = (struct somh_cell){cell, p, 1};
	return cell;
}

void somh_frame_put(somh_frame *f, const somh_param *p, void *cell) {
	som_value *v = &f->args[p->slot];
	if (p->type->apart || p->direction != SOMH_IN) v->p = cell;
	else v->L = 0, memcpy(v, cell, p->type->size);
}

void somh_frame_given(somh_frame *f, int raised) {
	for (uint32_t i = 0; i < f->ncells; i++) {
		const somh_param *p = f->cells[i].of;
		if (p->owner == SOMH_OBJECTS || (raised && p->direction == SOMH_OUT)) f->cells[i].ends = 0;
	}
}

void somh_frame_end(somh_frame *f) {
	for (uint32_t i = 0; i < f->ncells; i++) {
		struct somh_cell *c = &f->cells[i];
		if (c->ends) somh_end(c->of->type, c->p);
		if (!is_inside(f, c->p)) free(c->p);
	}
	f->ncells = 0;
}

/* ---- Overrides ---- */

/* What an object has lent in one place: a result, or a parameter that comes out. */
struct somh_lent {
	struct somh_lent *next;
	const somh_method *m;
	const somh_param *p;
	uint32_t at; /* of the oldest */
	void *values[SOMH_MAX_LENT];
};

static void end_value(const somh_type *t, void *p) {
	if (p) somh_end(t, p);
	som_deallocate(p);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what all objects have lent; nothing is ended under it, since that may call them */

void end_lent(somh_lent **all) {
	somh_lent *l = *all, *next;
	*all = NULL;
	for (; l; l = next) {
		next = l->next;
		for (int i = 0; i < SOMH_MAX_LENT; i++)
			end_value(l->p->type, l->values[i]);
		free(l);
	}
}

/* The text that is there already, which is the last one from now on; or NULL. */
static void *lent_already(somh_lent *l, const void *from) {
	for (uint32_t i = 0; i < SOMH_MAX_LENT && l->p->type->kind == SOMH_STRING; i++)
		if (l->values[i] && *(char *const *)from && *(char **)l->values[i] && !strcmp(*(char **)l->values[i], *(char *const *)from)) {
			void *found = l->values[i];
			for (uint32_t next; (next = (i + 1) % SOMH_MAX_LENT) != l->at; i = next)
				l->values[i] = l->values[next];
			return l->values[i] = found;
		}
	return NULL;
}

static somh_lent *lent_at(somh_lent **all, const somh_method *m, const somh_param *p) {
	somh_lent *l = *all;
	while (l && (l->m != m || l->p != p)) l = l->next;
	if (!l && (l = calloc(1, sizeof *l))) l->next = *all, l->m = m, l->p = p, *all = l;
	return l;
}

/* Makes what is at made the object's, or ends it where the same text is: that is what is there then. False: no memory, and it is ended. */
static bool lend(somh_lent **all, const somh_method *m, const somh_param *p, void *made) {
	const somh_type *t = p->type;
	void *value = som_allocate(t->size), *oldest = NULL, *same;
	pthread_mutex_lock(&lock);
	somh_lent *l = value ? lent_at(all, m, p) : NULL;
	if (l) {
		memcpy(value, made, t->size);
		if ((same = lent_already(l, made))) {
			memcpy(made, same, t->size);
			oldest = value;
		} else {
			oldest = l->values[l->at];
			l->values[l->at] = value;
			l->at = (l->at + 1) % SOMH_MAX_LENT;
		}
	}
	pthread_mutex_unlock(&lock);
	end_value(t, oldest);
	if (l) return true;
	som_deallocate(value);
	somh_end(t, made);
	return false;
}

int somh_give(som_ref self, const somh_method *m, const somh_param *p, void *made, void *to) {
	const somh_type *t = p->type;
	if (p->owner == SOMH_OBJECTS && t->owns) {
		somh_lent **all = lent_of(self);
		if (t->kind == SOMH_OBJECT && *(som_ref *)made == self) som_release(self); /* itself, which it must not keep */
		else if (!all) return somh_end(t, made), 0; /* no class of somh_define's is among its own: nobody could end it */
		else if (!lend(all, m, p, made)) return 0;
	}
	if (p->direction == SOMH_INOUT) somh_end(t, to);
	memcpy(to, made, t->size);
	return 1;
}

void somh_take_back(const somh_method *m, uint32_t n, const som_value *args, som_value *result) {
	const somh_param *p = &m->result;
	bool returns = p->type->kind != SOMH_VOID;
	if (returns && n && p->owner != SOMH_OBJECTS) somh_end(p->type, p->type->apart ? args[p->slot].p : result);
	n -= returns && n;
	for (uint32_t i = 0; n && i < m->nparams; i++) {
		p = &m->params[i];
		n -= p->direction != SOMH_IN;
		if (p->direction == SOMH_OUT && p->owner != SOMH_OBJECTS) somh_end(p->type, args[p->slot].p);
	}
}

void somh_took(const somh_method *m, const som_value *args) {
	for (uint32_t i = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		som_value v = args[p->slot];
		if (p->direction == SOMH_IN && p->owner == SOMH_OBJECTS && p->type->owns) somh_end(p->type, p->type->apart ? v.p : &v);
	}
}

/* ---- Exceptions ---- */

/* Members, with their type in front, which ends them. */
typedef struct members {
	const somh_type *type;
	union { som_value aligns; double d; char octets[1]; } value;
} members;

static void drop_members(void *value) {
	members *m = (members *)(void *)((char *)value - offsetof(members, value));
	somh_end(m->type, value);
	som_deallocate(m);
}

int somh_raise(som_env *ev, const somh_type *e, void *value) {
	if (!e->nmembers) return som_raise_user(ev, e->id, NULL, NULL), SOM_OK;
	members *m = som_allocate(sizeof *m + e->size);
	if (!m) {
		somh_end(e, value);
		return raise_code(ev, SOM_E_MEMORY, "no memory for an exception");
	}
	m->type = e;
	memcpy(m->value.octets, value, e->size);
	som_raise_user(ev, e->id, m->value.octets, drop_members);
	return SOM_OK;
}

const somh_type *somh_exception(const som_env *ev, const somh_method *m, som_ref o) {
	for (uint32_t i = 0; m && ev->id && i < m->nraises; i++) {
		const somh_type *t = m->raises[i];
		if (strcmp(t->id, ev->id) != 0 || (!ev->value && t->nmembers)) continue;
		if (o && ev->drop != drop_members && somh_raised(m, o, t) < t->nmembers) continue;
		return t;
	}
	return NULL;
}
