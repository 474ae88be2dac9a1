#define adder_Class_Source
#include "adder.ih"

/* Adder::add: long add(in long a, in long b) */
SOM_Scope long SOMLINK add(Adder *somSelf, long a, long b)
{
	(void)somSelf;
	return a + b;
}
