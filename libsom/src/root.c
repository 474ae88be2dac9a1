/* root.c: how the first classes come to be. SOMObject is made before there is a class for it to be an instance of. */
#include "kernel.h"

#include <stdlib.h>
#include <string.h>

som_tok tok_new, tok_ready, tok_init, tok_destruct, tok_dispatch, tok_old_init, tok_old_uninit;
static som_proc *plain_init, *plain_destruct, *plain_old_init, *plain_old_uninit;
static som_ref manager;

static som_tok token(const klass *k, const char *name) {
	uint32_t index;
	return own_method(k, name, strlen(name), &index) ? k->info.introduces[index].token : 0;
}

bool is_plain(const klass *k) {
	const char *row = k->row;
	return !plain_init || (*word_at(row, tok_init) == plain_init && *word_at(row, tok_destruct) == plain_destruct &&
		*word_at(row, tok_old_init) == plain_old_init && *word_at(row, tok_old_uninit) == plain_old_uninit);
}

static klass *make(const som_class_desc *d, klass *parent, som_env *ev) {
	klass *k = define_root(d, parent, class_class, ev);
	if (k && register_class(k, ev) == SOM_OK) {
		if (class_class) become_instance(k, class_class);
		return k;
	}
	complain(SOM_E_MEMORY, "the root class %s cannot be made: %s", d->name, ev->text ? ev->text : "no memory");
	abort();
}

void make_roots(void) {
	som_env ev = {0};
	klass *root = make(&object_desc, NULL, &ev);
	klass *meta = make(&class_desc, root, &ev);
	become_instance(root, meta);
	become_instance(meta, meta);
	meta->barren = true;
	class_class = meta;
	tok_new = token(meta, "somNew");
	tok_ready = token(meta, "somClassReady");
	tok_init = token(root, "somDefaultInit");
	tok_destruct = token(root, "somDestruct");
	tok_dispatch = token(root, "somDispatch");
	tok_old_init = token(root, "somInit");
	tok_old_uninit = token(root, "somUninit");
	plain_destruct = *word_at(root->row, tok_destruct);
	plain_old_init = *word_at(root->row, tok_old_init);
	plain_old_uninit = *word_at(root->row, tok_old_uninit);
	plain_init = *word_at(root->row, tok_init);
	manager_class = make(&manager_desc, root, &ev);
	manager = som_create(C(manager_class), &ev);
	__atomic_store_n(&object_class, root, __ATOMIC_RELEASE); /* last: what boot looks at */
	const char *check = getenv("SOM_CHECK");
	if (check && !strcmp(check, "1")) som_set_checking(1);
}

som_class *som_object_class(void) { return boot(), C(object_class); }
som_class *som_class_class(void) { return boot(), C(class_class); }
som_class *som_class_manager_class(void) { return boot(), C(manager_class); }
som_ref som_class_manager(void) { return boot(), manager; }

/* ---- What others provide ---- */

static const void *providers[SOM_PROVIDERS];

int som_set_provider(uint32_t kind, const void *table) {
	if (kind >= SOM_PROVIDERS) return SOM_E_UNKNOWN;
	__atomic_store_n(&providers[kind], table, __ATOMIC_RELEASE);
	return SOM_OK;
}

const void *som_provider(uint32_t kind) { return kind < SOM_PROVIDERS ? __atomic_load_n(&providers[kind], __ATOMIC_ACQUIRE) : NULL; }
