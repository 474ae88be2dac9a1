package c

// GivenMethods are the methods of the classes that come with the kernel, with their signatures.
var GivenMethods = givenMethods
