package Grown;

public class HuskImpl extends Husk {}
