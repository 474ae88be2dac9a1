package c

// RootMethods are the methods of the root classes, with their signatures.
var RootMethods = rootMethods
