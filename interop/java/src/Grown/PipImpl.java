package Grown;

public class PipImpl extends Pip {}
