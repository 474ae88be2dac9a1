/* frame.c: what goes in and comes out of a call. */
#include "frame.h"

static void *new_cell(somh_frame *f, const somh_param *of) {
	void *p = somh_frame_cell(f, of);
	return p ? p : throw_range("no memory for a value of %u octets", (unsigned)of->type->size);
}

/* A short text goes in from the frame itself. */
static bool borrow(somh_frame *f, const somh_param *p, napi_value v, som_value *to) {
	size_t n;
	if (p->type->kind != SOMH_STRING || p->owner != SOMH_CALLERS || p->type->bound || !short_text(v, f->room.octets + f->used, sizeof f->room - f->used, &n)) return false;
	to->s = f->room.octets + f->used;
	f->used += (n + 16) & ~(size_t)15;
	if (f->used > sizeof f->room) f->used = sizeof f->room;
	return true;
}

static bool put_param(somh_frame *f, const somh_method *m, uint32_t i, napi_value o) {
	const somh_param *p = &m->params[i];
	som_value *v = &f->args[p->slot];
	const path at = {NULL, m, p->name, 0, false};
	if (p->direction == SOMH_IN && (borrow(f, p, o, v) || (v->L = 0, p->nullable && nothing(o)))) return true;
	if (p->direction == SOMH_IN && !p->type->owns && !p->type->apart) return put_value(p->type, o, v, p->nullable, &at);
	void *c = new_cell(f, p);
	if (!c || !put_value(p->type, o, c, p->nullable, &at)) return false;
	somh_frame_put(f, p, c);
	return true;
}

/* Fills a frame with what goes in, from args, and room for what comes out. */
bool fill_frame(somh_frame *f, const somh_method *m, const napi_value *args, uint32_t from) {
	f->ncells = 0, f->used = 0; /* all of args that the call has is set below */
	for (uint32_t i = from, in = 0; i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction == SOMH_OUT) {
			if (!(f->args[p->slot].p = new_cell(f, p))) return false;
		} else if (!put_param(f, m, i, args[in++])) {
			return false;
		}
	}
	return !m->result.type->apart || (f->args[m->result.slot].p = new_cell(f, &m->result)) != NULL;
}

/* Of what comes out, in the order of the parameters behind the result: one value, or an array. */
napi_value frame_results(somh_frame *f, const somh_method *m, som_value *result) {
	napi_value all[SOMH_MAX_ARGS + 1], is = NULL;
	uint32_t n = 0;
	bool good = true;
	const somh_type *t = m->result.type;
	if (t->kind != SOMH_VOID) {
		void *p = t->apart ? f->args[m->result.slot].p : result;
		all[n] = t->kind == SOMH_OBJECT ? wrap(result->o, m->result.owner == SOMH_CALLERS) : get_value(t, p, m->result.nullable);
		good = all[n++] != NULL;
		if (!t->apart && t->kind != SOMH_OBJECT && t->owns && m->result.owner == SOMH_CALLERS) somh_end(t, result);
	}
	for (uint32_t i = 0; good && i < m->nparams; i++) {
		const somh_param *p = &m->params[i];
		if (p->direction != SOMH_IN) good = (all[n++] = get_value(p->type, f->args[p->slot].p, p->nullable)) != NULL;
	}
	if (!good) return NULL;
	if (n == 0) return undefined();
	if (n == 1) return all[0];
	napi_create_array_with_length(env, n, &is);
	for (uint32_t i = 0; i < n; i++)
		napi_set_element(env, is, i, all[i]);
	return is;
}
