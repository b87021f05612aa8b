package example.harbour;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class Manifest {
    public static void main(String[] args) {
        SpringApplication.run(Manifest.class, args);
    }
}
