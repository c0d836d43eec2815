package javax.annotation;

/** Stands for the annotation of jakarta.annotation-api, which marks generated classes. */
public @interface Generated {
  String[] value();

  String date() default "";

  String comments() default "";
}
