/* The class library of animals, as somebody would write it. */
#include "animal.ih.h"

static void Zoo_Animal_do_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	Zoo_Animal_data(self)->name = som_string_copy("Anon");
}

static void Zoo_Animal_do_somDestruct(som_ref self) {
	(void)self;
}

static som_ref Zoo_Animal_do_somPrintSelf(som_ref self, som_env *ev) {
	return Zoo_Animal_parent_SOMObject_somPrintSelf(self, ev);
}

static int32_t Zoo_Animal_do_legs(som_ref self, som_env *ev) {
	(void)self, (void)ev;
	return Zoo_LEGS;
}

static char *Zoo_Animal_do_speak(som_ref self, som_env *ev, int16_t volume) {
	if (volume > 10) {
		Zoo_Tired_raise(ev, (int16_t)(volume - 10), "too loud");
		return NULL;
	}
	if (volume < 0) {
		Zoo_Asleep_raise(ev);
		return NULL;
	}
	return som_string_copy(Zoo_Animal_data(self)->name);
}

static uint8_t Zoo_Animal_do_eat(som_ref self, som_env *ev, const Zoo_Meal *what, int32_t *grams, char **left) {
	Zoo_Animal_instance *data = Zoo_Animal_data(self);
	(void)ev;
	data->meals++;
	data->eaten += *grams;
	*left = NULL;
	switch (what->_d) {
	case Zoo_plants:
		*left = som_string_copy(what->_u.plant);
		break;
	case Zoo_meat:
		*grams -= (int32_t)what->_u.prey._length;
		break;
	default:
		*grams = (int32_t)what->_u.other;
	}
	return data->eaten > 100;
}

static void Zoo_Animal_do_where(som_ref self, som_env *ev, const Zoo_Place *from, Zoo_Diet diet, Zoo_Place *result) {
	(void)self, (void)ev;
	result->x = from->x + 1;
	result->y = from->y + (int32_t)diet;
}

static void Zoo_Animal_do_tags(som_ref self, som_env *ev, const som_seq_long *which, Zoo_Grid cells, som_seq_Zoo_Tag *result) {
	(void)self, (void)ev;
	memset(result, 0, sizeof *result);
	if (som_seq_Zoo_Tag_resize(result, which->_length) != SOM_OK) return;
	for (uint32_t i = 0; i < which->_length; i++) {
		char text[20] = "tag 0";
		text[4] = (char)(text[4] + which->_buffer[i]);
		result->_buffer[i].text = som_string_copy(text);
		result->_buffer[i].at.x = cells[1][i];
	}
}

static void Zoo_Animal_do_rename(som_ref self, som_env *ev, char **text, Zoo_Tag *tag) {
	char *old = *text;
	*text = som_string_copy(Zoo_Animal_data(self)->name);
	Zoo_Animal_set_name(self, ev, old);
	som_deallocate(old);
	Zoo_Tag_clear(tag);
	tag->text = som_string_copy("renamed");
}

static som_ref Zoo_Animal_do_same(som_ref self, som_env *ev) {
	(void)ev;
	return self;
}

static int64_t Zoo_Animal_do_sum(som_ref self, som_env *ev, uint8_t a, uint16_t b, int64_t c, float d, double e, char f) {
	(void)self, (void)ev;
	return a + b + c + (int64_t)d + (int64_t)e + f;
}
