/* Another unit of the client. */
#include "animal.h"

int client_of_another_unit(som_ref o);
int client_of_another_unit(som_ref o) { return Zoo_Animal_is(o) && Zoo_Animal_legs(o, NULL) == 5; }
