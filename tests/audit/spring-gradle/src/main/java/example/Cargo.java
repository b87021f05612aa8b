package example;

public class Cargo {
    public static void main(String[] args) {
        System.out.println("cargo");
    }
}
