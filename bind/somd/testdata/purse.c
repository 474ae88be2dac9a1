/* The class Purse, which says of coins what they are worth and whether they are here, and Mint, which makes purses. */
#include "purse.ih.h"

#include "somdcprx.h"

#include <stdio.h>

static char *told(som_ref o, som_env *ev) {
	char text[128];
	if (!o) return som_string_copy("nothing");
	if (!Coin_is(o))
		snprintf(text, sizeof text, "no coin%s", SOMDClientProxy_is(o) ? ", elsewhere" : "");
	else {
		const char *says = Coin_get_says(o, ev);
		snprintf(text, sizeof text, "%d \"%s\"%s", (int)Coin_get_worth(o, ev), says ? says : "", SOMDClientProxy_is(o) ? ", elsewhere" : "");
	}
	return ev->major == SOM_NO_EXCEPTION ? som_string_copy(text) : NULL;
}

static char *Purse_do_weigh(som_ref self, som_env *ev, som_ref c) { return (void)self, told(c, ev); }
static char *Purse_do_look(som_ref self, som_env *ev, som_ref o) { return (void)self, told(o, ev); }
static char *Purse_do_show(som_ref self, som_env *ev, som_ref c) { return (void)self, told(c, ev); }

static som_ref Purse_do_take(som_ref self, som_env *ev, int32_t worth) {
	(void)self;
	som_ref c = Coin_new(ev);
	if (!c) return NULL;
	Coin_set_worth(c, ev, worth);
	Coin_set_says(c, ev, "from the purse");
	return c;
}

static void Purse_do_swap(som_ref self, som_env *ev, som_ref *c) {
	int32_t worth = Coin_get_worth(*c, ev);
	som_release(*c);
	*c = Purse_take(self, ev, 2 * worth);
}

static som_ref Mint_do_somNew(som_ref self, som_env *ev) { return Mint_make_for(self, ev, "nobody"); }

static som_ref Mint_do_make_for(som_ref self, som_env *ev, const char *owner) {
	(void)self;
	som_ref p = Purse_new(ev);
	if (p) Purse_set_owner(p, ev, owner);
	return p;
}
