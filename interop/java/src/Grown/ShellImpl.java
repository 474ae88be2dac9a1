package Grown;

public class ShellImpl extends Shell {}
