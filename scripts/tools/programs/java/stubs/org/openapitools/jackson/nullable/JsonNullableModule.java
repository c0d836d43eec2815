package org.openapitools.jackson.nullable;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import java.io.IOException;
import java.util.List;

/** Stands for the module of jackson-databind-nullable: null is written, a value that is not set is left out. */
@SuppressWarnings("rawtypes")
public final class JsonNullableModule extends SimpleModule {
  public JsonNullableModule() {
    addSerializer(JsonNullable.class, new Writer());
    setSerializerModifier(new WithoutUndefined());
    addDeserializer(JsonNullable.class, new Reader(null));
  }

  private static final class Writer extends JsonSerializer<JsonNullable> {
    @Override
    public void serialize(JsonNullable value, JsonGenerator out, SerializerProvider provider) throws IOException {
      provider.defaultSerializeValue(value.orElse(null), out);
    }

  }

  /** Leaves out the properties that are not set. */
  private static final class WithoutUndefined extends BeanSerializerModifier {
    @Override
    public List<BeanPropertyWriter> changeProperties(
        SerializationConfig config, BeanDescription bean, List<BeanPropertyWriter> writers) {
      writers.replaceAll(writer -> writer.getType().hasRawClass(JsonNullable.class) ? new Optional(writer) : writer);
      return writers;
    }
  }

  private static final class Optional extends BeanPropertyWriter {
    private Optional(BeanPropertyWriter base) {
      super(base);
    }

    @Override
    public void serializeAsField(Object bean, JsonGenerator out, SerializerProvider provider) throws Exception {
      if (((JsonNullable) get(bean)).isPresent()) {
        super.serializeAsField(bean, out, provider);
      }
    }
  }

  private static final class Reader extends JsonDeserializer<JsonNullable> implements ContextualDeserializer {
    private final JavaType inner;

    private Reader(JavaType inner) {
      this.inner = inner;
    }

    @Override
    public JsonDeserializer<?> createContextual(DeserializationContext context, BeanProperty property) {
      JavaType type = property == null ? context.getContextualType() : property.getType();
      return new Reader(type.containedTypeOrUnknown(0));
    }

    @Override
    public JsonNullable deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return JsonNullable.of(context.readValue(in, inner));
    }

    @Override
    public JsonNullable getNullValue(DeserializationContext context) {
      return JsonNullable.of(null);
    }

    @Override
    public JsonNullable getAbsentValue(DeserializationContext context) {
      return JsonNullable.undefined();
    }
  }
}
