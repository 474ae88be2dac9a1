// dependent.cc: a class below Relay.
#include "dependent.ih.hpp"

class Dependent_impl : public Dependent_part<Dependent_impl> {
public:
	void depend() {}
};
som::class_object Dependent_define() { return Dependent_impl::som_define(); }
