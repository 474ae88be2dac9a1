// som.hpp: SOM objects and classes in C++17, over som.h. Header only; docs/som-cxx.md is the user's page.
//
//   Using objects: the compiler makes a handle of each class (dsom idl build --cxx), a value of one word that counts
//   its reference: Dog d = Dog::create(); d.bark(3); Animal a = d.
//
//   Classes: a C++ class that derives from som::impl is one part of a SOM object. Constructor and destructor are its
//   initializer and destructor, and som::define makes the SOM class, with signatures deduced from member pointers.
//
// Exceptions are C++'s on this side and som_env's on the other: none passes through frames of another language.
//
// Each module (program or shared library) binds what it uses by itself, when it first makes a handle of a class; no
// code runs when it is loaded. Everything may be used from any thread; one handle is, as any value, not to be changed
// by one thread while another uses it.
#ifndef SOM_HPP
#define SOM_HPP

#include "som/binding.hpp"
#include "som/call.hpp"
#include "som/define.hpp"
#include "som/exception.hpp"
#include "som/handle.hpp"
#include "som/impl.hpp"
#include "som/initializer.hpp"
#include "som/value.hpp"

#endif
