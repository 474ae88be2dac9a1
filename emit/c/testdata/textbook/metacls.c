/* A class of two parents whose metaclasses differ gets one that descends from both. */
#include <fly.h>

int main(void)
{
	Environment *ev = somGetGlobalEnvironment();
	somEnvironmentNew();
	SOMClass *robins = _Robin;
	SOMClass *meta = SOM_GetClass(robins);
	somPrintf("Animal is a %s, Fly is a %s, Robin is a %s\n", _somGetClassName(_Animal), _somGetClassName(_Fly), _somGetName(meta));
	somPrintf("it descends from MAnimal %d, MFlying %d, SOMClass %d\n", _somDescendedFrom(meta, _MAnimal), _somDescendedFrom(meta, _MFlying), _somDescendedFrom(meta, _SOMClass));
	Animal *robin = _create(robins, ev, "Robin"), *other = RobinNew(), *fly = _somNew(_Fly);
	somPrintf("%s, a %s, flies %d; robins made %ld, animals %ld\n", __get_name(robin, ev), _somGetClassName(robin), _flies(robins, ev), __get_count(robins, ev), __get_count(_Animal, ev));
	somPrintf("a fly responds to flies %d, its class %d\n", _somSupportsMethod(_Fly, somIdFromString("flies")), _somRespondsTo(_Fly, somIdFromString("flies")));
	_somFree(robin);
	_somFree(other);
	_somFree(fly);
	return 0;
}
