/* method.c: what a method takes and returns, as the typelib has it where its signature is that of the code, or else as the signature alone tells. */
#include "inner.h"

#include <stdio.h>

static const char *cannot(somh_method *m, const char *why) { return m->why = why; }

/* A parameter, and the letter that it has in the signature. */
static char letter_of(const somh_param *p) { return p->direction == SOMH_IN ? (p->type->apart ? 'p' : p->type->letter) : 'p'; }

static void pass(somh_param *p, const somt_passing *from, library *l) {
	*p = (somh_param){.name = from->name ? from->name : "", .type = type_of_number(l, from->type), .direction = from->direction, .owner = from->owner,
		.nullable = from->nullable, .by_copy = from->by_copy || from->maybe_by_copy};
	if (p->type->kind == SOMH_MAKING) p->direction = SOMH_IN; /* it is handed on, and nothing comes out */
	if (p->direction > SOMH_INOUT) p->direction = SOMH_IN;
}

/* Whether the letters are those that the parameters and the result have. */
static bool same_letters(const somh_method *m) {
	const char *s = m->sig + 2;
	bool apart = m->result.type->apart;
	if (m->nargs != m->nparams + apart || m->sig[0] != (apart ? 'v' : m->result.type->letter)) return false;
	for (uint32_t i = 0; i < m->nparams; i++)
		if (s[i] != letter_of(&m->params[i])) return false;
	return !apart || s[m->nparams] == 'p';
}

static bool tell_by_typelib(somh_method *m, library *l, uint32_t decl, bool set) {
	somt_method of;
	somt_passing p;
	somt_walk w;
	if (!somt_method_at(l->t, decl, set, &of) || of.nparams > SOMH_MAX_ARGS) return false;
	somh_param *params = keep((of.nparams + 1) * sizeof *params);
	if (!params) return false;
	for (uint32_t i = 0; i < of.nparams; i++) {
		if (!somt_param(l->t, &of, i, &p)) return false;
		pass(&params[i], &p, l);
		params[i].slot = (uint8_t)i;
	}
	pass(&m->result, &of.result, l);
	m->result.slot = (uint8_t)of.nparams;
	m->result.direction = SOMH_OUT;
	m->params = params;
	m->nparams = of.nparams;
	for (uint32_t i = 0; i < m->nparams; i++)
		if (unusable(params[i].type)) return cannot(m, unusable(params[i].type)), true;
	if (unusable(m->result.type)) return cannot(m, unusable(m->result.type)), true;
	if (!same_letters(m) || !same_types(m)) return false;
	if (of.oneway) m->flags |= SOMH_ONEWAY;
	if (somt_raised(l->t, &of, &w) && w.left <= SOMH_MAX_PARTS) {
		const somh_type **raises = keep(((size_t)w.left + 1) * sizeof *raises);
		for (uint32_t e; raises && (e = somt_next_raised(l->t, &w));) {
			const somh_type *t = type_of_decl(l, e);
			if (t->kind == SOMH_EXCEPTION && !unusable(t) && same_members(m->sig, t)) raises[m->nraises++] = t;
		}
		m->raises = raises;
	}
	m->flags |= SOMH_TOLD;
	return true;
}

/* Of SOMObject's and SOMClass's methods those that programs in any language may call: the others begin and end objects, or build classes. */
static bool is_for_programs(const char *name) {
	static const char *const names[] = {"somGetClassName", "somGetClass", "somGetSize", "somIsA", "somIsInstanceOf", "somRespondsTo", "somPrintSelf", "somDumpSelf",
		"somDumpSelfInt", "somGetName", "somDescendedFrom", "somGetNumMethods", "somGetNumParents", "somGetInstanceSize", "somSupportsMethod"};
	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(names[i], name)) return true;
	return false;
}

static bool is_root(const som_class *c) { return c == som_object_class() || c == som_class_class() || c == som_class_manager_class(); }

void fill_method(somh_method *m, library *l, uint32_t decl, bool set) {
	m->result = (somh_param){.name = "", .type = plain_type(SOMH_VOID), .direction = SOMH_OUT};
	if (is_root(m->cls->cls)) m->flags |= SOMH_ROOT;
	if (decl) m->doc = doc_of(l->t, decl);
	if (!strncmp(m->name, "_get_", 5) && m->name[5]) m->flags |= SOMH_GETS, m->attribute = m->name + 5;
	if (!strncmp(m->name, "_set_", 5) && m->name[5]) m->flags |= SOMH_SETS, m->attribute = m->name + 5;
	if (!m->sig) return (void)cannot(m, "it has no signature");
	const char *types = strchr(m->sig, '/');
	size_t letters = types ? (size_t)(types - m->sig) : strlen(m->sig);
	if (letters < 2) return (void)cannot(m, "it is no function of a receiver and an environment");
	if (letters - 2 > SOMH_MAX_ARGS) return (void)cannot(m, "it has more than 64 arguments (SOMH_MAX_ARGS)");
	if (types ? !strncmp(types, "/oidl ", 6) : m->cls->flags & SOM_OIDL) m->flags |= SOMH_OIDL;
	if (types && (!strncmp(types, "/init ", 6) || !strncmp(types, "/oidl init ", 11))) m->flags |= SOMH_INIT;
	m->nargs = (uint32_t)letters - 2;
	if ((m->flags & SOMH_ROOT) && !is_for_programs(m->name)) return (void)cannot(m, "it is called by the kernel");
	if (!decl || !tell_by_typelib(m, l, decl, set)) {
		m->flags &= ~(uint32_t)SOMH_ONEWAY;
		m->result = (somh_param){.name = "", .type = plain_type(SOMH_VOID), .direction = SOMH_OUT};
		m->nparams = 0, m->params = NULL, m->nraises = 0;
		tell_by_signature(m);
	}
	if (m->flags & SOMH_ROOT) m->result.owner = SOMH_OBJECTS; /* names and classes, which nobody gives back, and the object itself */
	else if (!(m->flags & SOMH_TOLD) && (m->flags & SOMH_GETS)) m->result.owner = SOMH_OBJECTS;
	if (!m->why) m->why = plan_call(m);
}
