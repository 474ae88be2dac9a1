package sombuild

// Made is what Folder does when it has a name.
var Made = made
