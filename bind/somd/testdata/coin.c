/* The class Coin, which writes itself to streams. */
#include "coin.ih.h"

static void Coin_do_externalize_to_stream(som_ref self, som_env *ev, som_ref target) {
	CosStream_StreamIO_write_long(target, ev, Coin_data(self)->worth);
	if (ev->major == SOM_NO_EXCEPTION) CosStream_StreamIO_write_string(target, ev, Coin_data(self)->says ? Coin_data(self)->says : "");
}

static void Coin_do_internalize_from_stream(som_ref self, som_env *ev, som_ref source, som_ref there) {
	(void)there;
	Coin_set_worth(self, ev, CosStream_StreamIO_read_long(source, ev));
	char *says = ev->major == SOM_NO_EXCEPTION ? CosStream_StreamIO_read_string(source, ev) : NULL;
	if (says) Coin_set_says(self, ev, says);
	som_deallocate(says);
}
