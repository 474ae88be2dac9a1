/* What a bound call, is-a and an instance's data are compiled to: disassembled by TestCalls. */
#include "animal.ih.h"

int32_t som_call(som_ref o, som_env *ev);
int32_t som_call(som_ref o, som_env *ev) { return Zoo_Animal_legs(o, ev); }

int32_t som_field(som_ref o);
int32_t som_field(som_ref o) { return Zoo_Animal_data(o)->eaten; }

int som_test(som_ref o);
int som_test(som_ref o) { return Zoo_Animal_is(o); }
